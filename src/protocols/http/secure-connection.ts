import { TLSSocket } from 'node:tls'
import type { ConnectContext, Connection } from '../../model/protocol.ts'
import { realTime } from '../../model/real-time.ts'
import { openSocket } from '../sockets/open-socket.ts'
import type { SinkRequest } from './answer-sink.ts'
import { connectSession } from './session-connection.ts'
import { overSocket } from './socket-connection.ts'

/** Connects with TLS. ALPN selects HTTP/2 or HTTP/1.1. */
export async function connectSecure(target: URL, context: ConnectContext): Promise<Connection<SinkRequest>> {
  const beganMs = realTime.now()
  const socket = await openSocket(target, context, { secure: true, alpn: ['h2', 'http/1.1'] })
  const multiplexed = socket instanceof TLSSocket && socket.alpnProtocol === 'h2'
  const connectMs = realTime.now() - beganMs
  return multiplexed ? connectSession(socket, target, context) : overSocket(socket, target, context, connectMs)
}
