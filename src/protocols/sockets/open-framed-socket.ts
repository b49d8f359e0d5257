import type { Socket } from 'node:net'
import type { ConnectContext } from '../../model/protocol.ts'
import { openSocket } from './open-socket.ts'

/**
 * Read buffer of all sockets of a thread. A connection frames each read before the next one begins and keeps no bytes,
 * so ten thousand connections need only one buffer.
 */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024)

/** A connection that frames its reads in place. */
interface InPlaceReader {
  /** Handles a read of `length` bytes at the beginning of `bytes`, which are valid only during the call. */
  received(bytes: Buffer, length: number): void
}

/** Opens a socket without TLS and passes its reads to the connection that `create` returns. */
export async function openFramedSocket<Connection extends InPlaceReader>(
  target: URL,
  context: ConnectContext,
  create: (socket: Socket) => Connection,
): Promise<Connection> {
  let connection: Connection | undefined
  const callback = (length: number): boolean => {
    connection?.received(READ_BUFFER, length)
    return true
  }
  const socket = await openSocket(target, context, { secure: false, onread: { buffer: READ_BUFFER, callback } })
  return (connection = create(socket))
}
