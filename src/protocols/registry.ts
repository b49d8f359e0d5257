// One line registers a protocol: the package exports its builder and types, and a plan may select it by name.
export { http, type HttpAnswer, type HttpCheck, type HttpRequest } from './http/index.ts'
export { mcp, type McpOptions, type McpRequest } from './mcp/index.ts'
export { tcp, type Framing, type TcpOptions, type TcpRequest } from './tcp/index.ts'
export { websocket, type WebSocketOptions, type WebSocketRequest } from './websocket/index.ts'
