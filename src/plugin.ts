export { load } from './hosts/vitest/plugin.ts'
export type { LoadPluginOptions } from './hosts/vitest/plugin.ts'
