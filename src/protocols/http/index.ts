import type { ConnectContext, Connection, Protocol } from '../../model/protocol.ts'
import type { HttpRequest } from '../../model/requests.ts'
import { requestFaults } from './request-faults.ts'
import { connectSocket } from './socket-connection.ts'
import { connectUndici } from './undici-connection.ts'

/** HTTP/1.1 over `http:`; over `https:` what ALPN decides, HTTP/2 first. Redirects are not followed. */
export const http: Protocol<HttpRequest> = {
  name: 'http',
  healthRead: {},
  faultsOf: requestFaults,
  needsInline: (request) => typeof request.check === 'function',
  connect: (target: URL, context: ConnectContext): Promise<Connection<HttpRequest>> =>
    target.protocol === 'https:' ? connectUndici(target, context) : connectSocket(target, context),
}
