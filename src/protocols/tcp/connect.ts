import type { TLSSocket } from 'node:tls'
import type { ConnectContext, Connection } from '../../model/protocol.ts'
import type { TcpRequest } from '../../model/requests.ts'
import { openSocket } from '../sockets/open-socket.ts'
import { TcpConnection } from './connection.ts'
import type { TcpSettings } from './connection.ts'

/**
 * Every socket of a thread reads into these bytes: a read is framed before the next one begins, so nothing of them is
 * kept, and ten thousand connections need no more than one.
 */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024)

/** Opens a connection: over TLS to a `tls:` target, plain otherwise. */
export async function connectTcp(
  target: URL,
  context: ConnectContext,
  settings: TcpSettings,
): Promise<Connection<TcpRequest>> {
  if (target.protocol === 'tls:') {
    const socket = (await openSocket(target, context, { secure: true })) as TLSSocket
    const connection = new TcpConnection(socket, target, context, settings, socket.getProtocol() ?? 'TLS')
    socket.on('data', (bytes: Buffer) => connection.received(bytes))
    return connection
  }
  let receive = (_length: number): void => {}
  const callback = (length: number): boolean => {
    receive(length)
    return true
  }
  const socket = await openSocket(target, context, { secure: false, onread: { buffer: READ_BUFFER, callback } })
  const connection = new TcpConnection(socket, target, context, settings, 'TCP')
  receive = (length) => connection.received(READ_BUFFER.subarray(0, length))
  return connection
}
