import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Ms } from '../../model/units.ts'

/** A request body as the server received it. */
export interface RecordedBody {
  readonly bytes: number
  readonly isUtf8: boolean
}

/** What the server received since its last reset. */
export interface Recorded {
  readonly requests: number
  /** Connections that carried at least one request. */
  readonly connections: number
  /** Maximum number of requests without a response. */
  readonly peakInFlight: number
  /** Times of the requests, in ms since 1970. */
  readonly arrivedAtMs: readonly Ms[]
  readonly bodies: readonly RecordedBody[]
  /** Duration of each response. */
  readonly tookMs: readonly Ms[]
  readonly paths: Readonly<Record<string, number>>
  readonly traceparents: readonly string[]
}

export type RecordingControls = {
  recorded(): Recorded
  /** Number of requests since the last reset: less than all that was recorded, so that it can be polled. */
  received(): number
  reset(): void
  /** Stops responding for a time. */
  stall(forMs: Ms): void
  /** Stops accepting connections for a time. */
  refuse(forMs: Ms): Promise<void>
}

/**
 * Response delays in ms of `/delayed`, used equally often. There are five, so that p50 and p90 lie inside a fifth and
 * not between two.
 */
const DELAYS: readonly Ms[] = [2, 6, 12, 20, 32]

const STATUSES: Readonly<Record<string, number>> = { '/failing': 503, '/missing': 404, '/odd': 700 }

/** Starts the HTTP server that records each request, on a free loopback port. */
export async function listenRecording(): Promise<{ readonly port: number; readonly controls: RecordingControls }> {
  let notes = emptyNotes()
  let inFlight = 0
  let stalledUntilMs = 0
  let delays = 0
  // A check whether the server listens opens a connection as well, without a request.
  let used = new WeakSet<object>()

  function note({ socket, url = '/', headers }: IncomingMessage): void {
    notes.requests++
    if (!used.has(socket)) notes.connections++
    used.add(socket)
    notes.peakInFlight = Math.max(notes.peakInFlight, ++inFlight)
    notes.arrivedAtMs.push(performance.timeOrigin + performance.now())
    notes.paths[url] = (notes.paths[url] ?? 0) + 1
    const { traceparent } = headers
    if (typeof traceparent === 'string') notes.traceparents.push(traceparent)
  }

  function respond({ url = '/', socket }: IncomingMessage, response: ServerResponse): void {
    const answer = (): void => void response.writeHead(STATUSES[url] ?? 200).end('ok')
    if (url === '/reset') return void socket.resetAndDestroy()
    if (url === '/garbage') return void socket.end('no HTTP\r\n\r\n')
    if (url === '/silent') return
    if (url === '/delayed') return void setTimeout(answer, DELAYS[delays++ % DELAYS.length])
    const stalledMs = stalledUntilMs - performance.now()
    if (stalledMs > 0) setTimeout(answer, stalledMs)
    else answer()
  }

  const server = createServer((request, response) => {
    const startedMs = performance.now()
    note(request)
    response.on('close', () => {
      inFlight--
      if (response.writableFinished) notes.tookMs.push(performance.now() - startedMs)
    })
    readBody(request, (body) => {
      if (request.method === 'POST') notes.bodies.push(body)
      respond(request, response)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    controls: {
      recorded: () => notes,
      received: () => notes.requests,
      reset() {
        notes = emptyNotes()
        used = new WeakSet()
      },
      stall: (forMs) => void (stalledUntilMs = performance.now() + forMs),
      async refuse(forMs) {
        server.close()
        setTimeout(() => server.listen(port, '127.0.0.1'), forMs)
        await once(server, 'listening')
      },
    },
  }
}

function readBody(request: IncomingMessage, onEnd: (body: RecordedBody) => void): void {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let bytes = 0
  let isUtf8 = true
  const decode = (chunk?: Buffer): void => {
    try {
      if (isUtf8) decoder.decode(chunk, { stream: chunk !== undefined })
    } catch {
      isUtf8 = false
    }
  }
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    decode(chunk)
  })
  request.on('end', () => {
    decode()
    onEnd({ bytes, isUtf8 })
  })
}

/** Returns notes about no request. `Recorded` is their read-only view. */
function emptyNotes() {
  return {
    requests: 0,
    connections: 0,
    peakInFlight: 0,
    arrivedAtMs: [] as Ms[],
    bodies: [] as RecordedBody[],
    tookMs: [] as Ms[],
    paths: {} as Record<string, number>,
    traceparents: [] as string[],
  } satisfies Recorded
}
