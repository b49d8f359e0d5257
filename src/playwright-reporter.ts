import './supported-node.ts'
export { PlaywrightLoadReporter, PlaywrightLoadReporter as default } from './hosts/playwright/reporter.ts'
export type { PlaywrightReporterOptions } from './hosts/playwright/reporter.ts'
