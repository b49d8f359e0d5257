export { compileTemplate, sampleOf } from './compile.ts'
export type { Template } from './compile.ts'
export { templateIssues } from './issues.ts'
export type { KnownNames } from './issues.ts'
