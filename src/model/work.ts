/**
 * The work of an embedded target, identical in every protocol, so that protocols can be compared. `n` is in bytes;
 * `format` selects text (JSON where the protocol carries JSON) or random bytes.
 *
 * | work | HTTP | WebSocket and TCP message | MCP |
 * | --- | --- | --- | --- |
 * | read n | `GET /read?bytes=n&format=text` | `read <format> n` | `resources/read` of `load://read/<format>/n` |
 * | write | `POST /write`, the body | `write ` and the body | `tools/call write { data }` |
 * | echo | `POST /echo`, the body | `echo ` and the body | `tools/call echo { message }` |
 * | stream of m × n | `GET /stream?messages=m&bytes=n&format=text` | `stream <format> m n` | `tools/call stream { messages, bytes }` |
 *
 * The response to a write is the length of the body in decimal (`{"bytes":n}` over HTTP and MCP). A stream is
 * server-sent events over HTTP, base64 where binary; m messages over WebSocket and TCP; over MCP, m progress
 * notifications whose `message` is n bytes long, and then the reply. Responses to messages come in the order of the
 * messages.
 */

/**
 * Fragment of an embedded target's URL. It is never sent over the network, and is preserved wherever a URL is passed.
 */
export const EMBEDDED_FRAGMENT = '#embedded'

/**
 * Returns whether the target does the work above; any other target gets only its default request, unless the plan names
 * a request.
 */
export function isEmbedded(target: URL): boolean {
  return target.hash === EMBEDDED_FRAGMENT
}
