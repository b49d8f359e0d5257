/**
 * An open-model HTTP client that shares no code with the package: `node cold-start-client.ts PORT RATE SECONDS`. It sends
 * at uniform intended times on keep-alive connections, measures from the intended time, and is warm before it measures.
 * It waits for the last millisecond before each request in a busy loop, so that its own lateness is small.
 */
import { connect, type Socket } from 'node:net'

const [port, rate, seconds] = process.argv.slice(2).map(Number)
if (port === undefined || rate === undefined || seconds === undefined) throw new Error('give PORT RATE SECONDS')
const REQUEST = 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'
const WARM_UP = { rate: 4_000, count: 4_000 }

const idle: Socket[] = []
/** Called when the request under way on a socket has its answer. */
const waiting = new Map<Socket, () => void>()

function open(): Socket {
  const socket = connect({ port: Number(port), host: '127.0.0.1', noDelay: true })
  let received = ''
  socket.setEncoding('latin1')
  socket.on('data', (chunk: string) => {
    received += chunk
    if (!received.endsWith('hello world')) return
    // nginx says so before it closes a connection that has served its share of requests.
    const closes = received.includes('Connection: close')
    received = ''
    if (closes) socket.destroy()
    else idle.push(socket)
    const onDone = waiting.get(socket)
    waiting.delete(socket)
    onDone?.()
  })
  socket.on('error', () => socket.destroy())
  socket.on('close', () => {
    // nginx closed it while the request was on its way.
    const onDone = waiting.get(socket)
    waiting.delete(socket)
    if (onDone !== undefined) send(onDone)
  })
  return socket
}

function send(onDone: () => void): void {
  let socket = idle.pop()
  while (socket?.destroyed === true) socket = idle.pop()
  socket ??= open()
  waiting.set(socket, onDone)
  socket.write(REQUEST)
}

/** Latencies in ms from the intended times of `count` requests. */
async function drive(perSecond: number, count: number): Promise<Float64Array> {
  const latencies = new Float64Array(count)
  const { promise, resolve } = Promise.withResolvers<void>()
  const startMs = performance.now() + 30
  let next = 0
  let done = 0
  const dueMs = (): number => startMs + ((next + 1) * 1_000) / perSecond
  const step = (): void => {
    while (next < count && dueMs() <= performance.now()) {
      const index = next
      const intendedMs = dueMs()
      next++
      send(() => {
        latencies[index] = performance.now() - intendedMs
        if (++done === count) resolve()
      })
    }
    if (next === count) return
    const waitMs = dueMs() - performance.now()
    if (waitMs > 2) setTimeout(step, waitMs - 2)
    else setImmediate(step)
  }
  step()
  await promise
  return latencies.toSorted()
}

await drive(WARM_UP.rate, WARM_UP.count)
const latencies = await drive(rate, Math.round(rate * seconds))
const quantile = (p: number): number => latencies[Math.ceil(p * latencies.length) - 1] ?? Number.NaN
process.stdout.write(`${JSON.stringify({ p50Ms: quantile(0.5), p99Ms: quantile(0.99), maxMs: quantile(1) })}\n`)
process.exit()
