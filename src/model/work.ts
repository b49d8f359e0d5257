/**
 * What an embedded target understands, the same in every protocol, so that protocols can be compared. `n` is in bytes;
 * `format` decides between text (JSON where the protocol carries JSON) and random bytes.
 *
 * | work | HTTP | WebSocket and TCP message | MCP |
 * | --- | --- | --- | --- |
 * | read n | `GET /read?bytes=n&format=text` | `read <format> n` | `resources/read` of `load://read/<format>/n` |
 * | write | `POST /write`, the body | `write ` and the body | `tools/call write { data }` |
 * | echo | `POST /echo`, the body | `echo ` and the body | `tools/call echo { message }` |
 * | stream of m × n | `GET /stream?messages=m&bytes=n&format=text` | `stream <format> m n` | `tools/call stream { messages, bytes }` |
 *
 * The answer to a write is the length of the body in decimal (`{"bytes":n}` over HTTP and MCP). A stream over HTTP is
 * server-sent events, base64 where binary; over WebSocket and TCP m messages; over MCP m progress notifications whose
 * `message` is n bytes long, and then the reply. Answers to messages come in the order of the messages.
 */

/** The fragment of the URL of an embedded target. It never leaves the machine, and crosses every place that a URL does. */
export const EMBEDDED_FRAGMENT = '#embedded'

/** Whether the target does the work above; another one is asked for its health only, unless the plan says what to send. */
export function isEmbedded(target: URL): boolean {
  return target.hash === EMBEDDED_FRAGMENT
}
