import './supported-node.ts'
export { protocolConformance } from './protocols/conformance/index.ts'
export type { ConformanceCase, ConformanceOptions, ConformanceServer } from './protocols/conformance/index.ts'
