import type { TLSSocket } from 'node:tls'
import type { ConnectContext, Connection } from '../../model/protocol.ts'
import type { TcpRequest } from './request.ts'
import { openSocket } from '../sockets/open-socket.ts'
import { TcpConnection } from './connection.ts'
import type { TcpSettings } from './connection.ts'

/**
 * Read buffer of all sockets of a thread. A connection frames each read before the next one begins and keeps no bytes,
 * so ten thousand connections need only one buffer.
 */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024)

/** Opens a connection, with TLS to a `tls:` target and without it to any other. */
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
