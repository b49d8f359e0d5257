import './supported-node.ts'
export { load } from './hosts/vitest/plugin.ts'
export type { LoadPluginOptions } from './hosts/vitest/plugin.ts'
export type { ExportName } from './report/exports/index.ts'
