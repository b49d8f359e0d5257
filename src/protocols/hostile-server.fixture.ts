import type { Socket } from 'node:net'
import type { Writable } from 'node:stream'
import { onTestFinished } from 'vitest'

/**
 * Writes `chunk` again and again as fast as the client reads, until the stream is destroyed. Returns a function for the
 * number of bytes written so far.
 */
export function flood(stream: Writable, chunk: string | Buffer): () => number {
  const chunkBytes = Buffer.byteLength(chunk)
  let writtenBytes = 0
  const next = (): void => {
    while (!stream.destroyed) {
      writtenBytes += chunkBytes
      if (!stream.write(chunk)) return
    }
  }
  stream.on('error', () => {})
  stream.on('drain', next)
  next()
  return () => writtenBytes
}

/** Writes the bytes, `pieceBytes` at a time. */
export function writeInPieces(socket: Socket, bytes: Uint8Array, pieceBytes: number): void {
  if (pieceBytes >= bytes.length) return void socket.write(bytes)
  for (let at = 0; at < bytes.length; at += pieceBytes) socket.write(bytes.subarray(at, at + pieceBytes))
}

/** Collects the errors that nothing catches until the test ends. */
export function uncaughtErrors(): readonly unknown[] {
  const errors: unknown[] = []
  const onError = (error: unknown): void => void errors.push(error)
  process.on('uncaughtException', onError)
  onTestFinished(() => void process.off('uncaughtException', onError))
  return errors
}
