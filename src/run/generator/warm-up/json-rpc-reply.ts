/**
 * Returns the reply of a minimal MCP server to one JSON-RPC message, or undefined for a notification.
 * `initialize` accepts the offered version; a tool call returns its arguments, by which the client recognizes the reply.
 */
export function jsonRpcReply(text: string): string | undefined {
  const { id, method, params } = JSON.parse(text) as {
    readonly id?: unknown
    readonly method?: string
    readonly params?: { readonly protocolVersion?: unknown; readonly arguments?: unknown }
  }
  if (id === undefined) return undefined
  const result =
    method === 'initialize'
      ? { protocolVersion: params?.protocolVersion, capabilities: {}, serverInfo: { name: 'sink', version: '1.0.0' } }
      : { content: [{ type: 'text', text: JSON.stringify(params?.arguments ?? {}) }] }
  return JSON.stringify({ jsonrpc: '2.0', id, result })
}
