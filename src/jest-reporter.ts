import './supported-node.ts'
export { JestLoadReporter, JestLoadReporter as default } from './hosts/jest/reporter.ts'
export type { JestReporterOptions } from './hosts/jest/reporter.ts'
