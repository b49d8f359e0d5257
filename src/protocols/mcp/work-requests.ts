import type { Body, MessageFormat } from '../../model/body.ts'
import type { WorkRequests } from '../../model/protocol.ts'
import type { McpRequest } from './request.ts'
import { CarriedBody } from './carried-body.ts'

/** Argument for a body, by tool of the embedded target. */
const BODY_ARGUMENT: Readonly<Record<string, string>> = { write: 'data', echo: 'message' }

/** Requests for the work of an embedded target; see `model/work.ts`. */
export const workRequests: WorkRequests<McpRequest> = {
  read: (bytes, format) => ({ resource: `load://read/${format}/${bytes}` }),
  write: (body, format) => ({ tool: 'write', arguments: { data: new CarriedBody(body, format) } }),
  echo: (body, format) => ({ tool: 'echo', arguments: { message: new CarriedBody(body, format) } }),
  stream: (messages, bytes) => ({ tool: 'stream', arguments: { messages, bytes }, progress: true }),
}

/** Adds a body to a call of `echo` or `write` whose author wrote none. */
export function withBody(request: McpRequest, body: Body, format: MessageFormat): McpRequest {
  if (!('tool' in request)) return request
  const argument = BODY_ARGUMENT[request.tool]
  if (argument === undefined || request.arguments?.[argument] !== undefined) return request
  return { ...request, arguments: { ...request.arguments, [argument]: new CarriedBody(body, format) } }
}
