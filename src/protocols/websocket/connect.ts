import type { ConnectContext, Connection } from '../../model/protocol.ts'
import type { WebSocketRequest } from './request.ts'
import { WebSocketConnection } from './connection.ts'
import { openWebSocket } from './handshake.ts'
import type { HandshakeOptions } from './handshake.ts'

export interface ConnectionOptions extends HandshakeOptions {
  readonly maxInFlight: number
}

export function connectWebSocket(
  target: URL,
  context: ConnectContext,
  options: ConnectionOptions,
): Promise<Connection<WebSocketRequest>> {
  return openWebSocket(
    target,
    context,
    options,
    (webSocket, socket) => new WebSocketConnection(webSocket, socket, target.host, options.maxInFlight, context),
  )
}
