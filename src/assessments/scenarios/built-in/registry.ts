// One line registers a scenario. The suite runs all of them.
export { apiBaseline } from './api-baseline.ts'
export { burst } from './burst.ts'
export { mcpTools } from './mcp-tools.ts'
export { mixed } from './mixed.ts'
export { mobile } from './mobile.ts'
export { peakHours } from './peak-hours.ts'
export { websocketStreaming } from './websocket-streaming.ts'
