import tls from 'node:tls'
import type { TLSSocket } from 'node:tls'
import { onTestFinished } from 'vitest'
import { cert, key } from './localhost-certificate.fixture.ts'
import { listening } from './tls-servers.fixture.ts'

/** Types of HTTP/2 frames (RFC 9113, 6). */
export const FRAME = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  push: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const

/** Flags of HTTP/2 frames. `END` marks the end of a stream, and `ACK` an acknowledgement. */
export const FLAG = { none: 0, end: 1, ack: 1, endHeaders: 4 } as const

/** A header block with `:status: 200`, by its index in the static table (RFC 7541, appendix A). */
export const STATUS_200: Buffer = Buffer.from([0x88])

interface ReceivedFrame {
  readonly type: number
  readonly stream: number
  readonly payload: Buffer
}

/** Bytes of the client preface (RFC 9113, 3.4). */
const PREFACE_BYTES = 24

export class FrameConnection {
  readonly socket: TLSSocket
  /** Streams that the client has opened. */
  readonly streams: number[] = []
  /** All frames from the client. */
  readonly received: ReceivedFrame[] = []

  constructor(socket: TLSSocket) {
    this.socket = socket
  }

  send(type: number, flags: number, stream: number, payload: Uint8Array = Buffer.alloc(0)): boolean {
    return this.socket.write(Buffer.concat([frameHead(payload.length, type, flags, stream), payload]))
  }

  /** Sends a complete response with status 200. */
  answer(stream: number, body = ''): void {
    this.send(FRAME.headers, FLAG.endHeaders | (body === '' ? FLAG.end : 0), stream, STATUS_200)
    if (body !== '') this.send(FRAME.data, FLAG.end, stream, Buffer.from(body))
  }

  goaway(code: number, lastStream: number): void {
    this.send(FRAME.goaway, FLAG.none, 0, Buffer.concat([uint32(lastStream), uint32(code)]))
  }

  reset(stream: number, code: number): void {
    this.send(FRAME.reset, FLAG.none, stream, uint32(code))
  }
}

export interface FrameServer {
  readonly url: URL
  readonly connections: readonly FrameConnection[]
}

/**
 * Starts a TLS server that sends any HTTP/2 frames, valid or not. It sends `settings` as its first frame and
 * acknowledges those of the client. `onRequest` is called for the head of every request.
 */
export async function frameServer(
  onRequest: (connection: FrameConnection, stream: number) => void,
  settings: Uint8Array = Buffer.alloc(0),
): Promise<FrameServer> {
  const connections: FrameConnection[] = []
  const server = tls.createServer({ cert, key, ALPNProtocols: ['h2'] }, (socket) => {
    const connection = new FrameConnection(socket)
    connections.push(connection)
    socket.setNoDelay(true)
    socket.on('error', () => {})
    connection.send(FRAME.settings, FLAG.none, 0, settings)
    let pending = Buffer.alloc(0)
    let skipped = PREFACE_BYTES
    socket.on('data', (bytes) => {
      const first = Math.min(skipped, bytes.length)
      skipped -= first
      pending = Buffer.concat([pending, bytes.subarray(first)])
      for (let length = frameBytes(pending); length > 0; length = frameBytes(pending)) {
        const [type = 0, flags = 0] = pending.subarray(3, 5)
        const stream = pending.readUInt32BE(5) & 0x7f_ff_ff_ff
        connection.received.push({ type, stream, payload: Buffer.from(pending.subarray(9, length)) })
        pending = pending.subarray(length)
        if (type === FRAME.settings && flags === 0) connection.send(FRAME.settings, FLAG.ack, 0)
        if (type !== FRAME.headers) continue
        connection.streams.push(stream)
        onRequest(connection, stream)
      }
    })
  })
  onTestFinished(() => {
    for (const { socket } of connections) socket.destroy()
  })
  return { url: await listening(server), connections }
}

/** Returns the length of the first frame, or 0 when it is incomplete. */
function frameBytes(bytes: Buffer): number {
  if (bytes.length < 9) return 0
  const whole = 9 + bytes.readUIntBE(0, 3)
  return bytes.length >= whole ? whole : 0
}

/** Returns the head of a frame (RFC 9113, 4.1). */
function frameHead(length: number, type: number, flags: number, stream: number): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(length, 0, 3)
  head.writeUInt8(type, 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(stream, 5)
  return head
}

/** A header field without indexing (RFC 7541, 6.2.2). Both strings are shorter than 127 bytes. */
export function field(name: string, value: string): Buffer {
  const [length, ofValue] = [Buffer.from([name.length]), Buffer.from([value.length])]
  return Buffer.concat([Buffer.from([0]), length, Buffer.from(name), ofValue, Buffer.from(value)])
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
