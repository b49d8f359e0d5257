import './supported-node.ts'
export { LoadReporter, LoadReporter as default } from './hosts/vitest/reporter.ts'
export type { LoadReporterOptions } from './hosts/vitest/reporter.ts'
