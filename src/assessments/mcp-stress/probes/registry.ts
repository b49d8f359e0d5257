// One line registers a probe. The MCP suite runs all of them.
export { afterFailure } from './after-failure.ts'
export { clientLeaves } from './client-leaves.ts'
export { coldStart } from './cold-start.ts'
export { equalIds } from './equal-ids.ts'
export { headOfLine } from './head-of-line.ts'
export { idleStream } from './idle-stream.ts'
export { misrouted } from './misrouted.ts'
export { sessionLeak } from './session-leak.ts'
