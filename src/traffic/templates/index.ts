export { compileTemplate, sampleOf } from './compile.ts'
export type { Template } from './compile.ts'
export { templateFaults } from './faults.ts'
export type { KnownNames } from './faults.ts'
