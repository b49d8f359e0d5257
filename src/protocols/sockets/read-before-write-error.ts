// oxlint-disable no-underscore-dangle -- the names of the methods that a stream implements
import type { Socket } from 'node:net'
import { realTime } from '../../model/real-time.ts'

type Written = (error?: Error | null) => void

/**
 * Makes a socket read everything that has already arrived before it reports that writing failed. A server may respond
 * before it has read the whole request, and then close the connection. After a failed write, Node accepts no further
 * bytes from a socket, so the response would be lost. Allocates nothing for a write.
 */
export function readBeforeWriteError(socket: Socket): void {
  const write = socket._write.bind(socket)
  const writeAll = socket._writev?.bind(socket)
  // A stream writes one chunk at a time.
  let onWritten: Written = () => {}
  const written: Written = (error) => {
    if (error === undefined || error === null || !isWriteError(error)) onWritten(error)
    else whenRead(socket, onWritten.bind(undefined, error))
  }
  socket._write = (chunk, encoding, callback) => {
    onWritten = callback
    write(chunk, encoding, written)
  }
  if (writeAll === undefined) return
  socket._writev = (chunks, callback) => {
    onWritten = callback
    writeAll(chunks, written)
  }
}

/** Calls `onRead` after a turn of the event loop in which nothing arrived. */
function whenRead(socket: Socket, onRead: () => void): void {
  let read = -1
  let idleTurns = 0
  const check = (): void => {
    idleTurns = socket.bytesRead === read ? idleTurns + 1 : 0
    read = socket.bytesRead
    // The first turn may end without a poll of the sockets.
    if (idleTurns === 2) onRead()
    else realTime.setImmediate(check)
  }
  check()
}

function isWriteError(error: NodeJS.ErrnoException): boolean {
  return error.syscall === 'write'
}
