import type { ConnectContext, Connection, Protocol } from '../../model/protocol.ts'
import type { HttpRequest } from '../../model/requests.ts'
import { requestFaults } from './request-faults.ts'
import { connectSocket } from './socket-connection.ts'

/** HTTP/1.1 over `http:`; over `https:` what ALPN decides, HTTP/2 first. Redirects are not followed. */
export const http: Protocol<HttpRequest> = {
  name: 'http',
  healthRead: {},
  faultsOf: requestFaults,
  needsInline: (request) => typeof request.check === 'function',
  async connect(target: URL, context: ConnectContext): Promise<Connection<HttpRequest>> {
    if (target.protocol === 'http:') return connectSocket(target, context)
    // Loading undici takes longer than starting a generator thread does: only who needs it pays.
    const { connectUndici } = await import('./undici-connection.ts')
    return connectUndici(target, context)
  },
}
