/**
 * The least that a load generator in Node can do: `node:net` sockets, one prepared request, two histograms, and a timer.
 * It parses no response, handles no error, and records nothing else, so a complete tool costs more. The reference of the
 * performance suite: `node floor.ts URL RATE CONNECTIONS SECONDS`, with a rate of 0 for as fast as possible.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { finish, Histogram, startCpu } from './measure.ts'

const [address = '', rate = '0', connections = '1', seconds = '1'] = process.argv.slice(2)
const url = new URL(address)
const request = Buffer.from(`GET ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\n\r\n`)
const perMs = Number(rate) / 1_000
const WARM_UP_MS = 1_000
const endMs = WARM_UP_MS + 1_000 * Number(seconds)

interface Connection {
  readonly socket: Socket
  intendedMs: number
  sentMs: number
  left: number
}

const response = new Histogram()
const service = new Histogram()
let responseBytes = 0
let startMs = 0
let sent = 0
let done = 0
let warmUpRequests = 0
let cpuUs: (() => number) | undefined
const free: Connection[] = []
const waiting: number[] = []

function send(connection: Connection, intendedMs: number): void {
  connection.intendedMs = intendedMs
  connection.sentMs = performance.now()
  connection.left = responseBytes
  connection.socket.write(request)
}

function answered(connection: Connection): void {
  const nowMs = performance.now()
  if (cpuUs !== undefined) {
    done++
    response.add(Math.max(1, (nowMs - connection.intendedMs) * 1_000))
    service.add(Math.max(1, (nowMs - connection.sentMs) * 1_000))
  } else warmUpRequests++
  if (nowMs - startMs >= endMs) return
  const next = perMs === 0 ? nowMs : waiting.shift()
  if (next === undefined) free.push(connection)
  else send(connection, next)
}

/** Learns the length of the response from the first one, which is assumed to arrive as a whole. */
async function open(): Promise<Connection> {
  const socket = connect(Number(url.port), url.hostname)
  await once(socket, 'connect')
  socket.setNoDelay(true)
  socket.write(request)
  const [first] = (await once(socket, 'data')) as [Buffer]
  responseBytes = first.length
  const connection = { socket, intendedMs: 0, sentMs: 0, left: 0 }
  socket.on('data', (bytes: Buffer) => {
    connection.left -= bytes.length
    if (connection.left <= 0) answered(connection)
  })
  return connection
}

function tick(): void {
  const elapsedMs = performance.now() - startMs
  if (elapsedMs >= WARM_UP_MS) cpuUs ??= startCpu()
  if (elapsedMs >= endMs) {
    finish({ requests: done, warmUpRequests, threadsUs: cpuUs?.() ?? 0, serviceP50Ms: service.p50Ms })
  }
  const due = Math.floor(elapsedMs * perMs)
  for (; sent < due; sent++) {
    const connection = free.pop()
    if (connection === undefined) waiting.push(startMs + sent / perMs)
    else send(connection, startMs + sent / perMs)
  }
  setTimeout(tick, 1)
}

const opened: Connection[] = []
// More handshakes at a time would overflow the server's accept queue.
while (opened.length < Number(connections)) {
  const count = Math.min(64, Number(connections) - opened.length)
  opened.push(...(await Promise.all(Array.from({ length: count }, open))))
}
startMs = performance.now()
if (perMs === 0) for (const connection of opened) send(connection, startMs)
else free.push(...opened)
tick()
