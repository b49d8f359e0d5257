/**
 * An open-model HTTP client that shares no code with the package: `node cold-start-client.ts PORT RATE SECONDS`. It
 * sends at uniform intended times on keep-alive connections, measures from the intended time, and is warm before it
 * measures. A second thread sleeps until a request is due and wakes the first one, which is more exact than a timer.
 */
import { connect, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'

const [port, rate, seconds] = process.argv.slice(2).map(Number)
if (port === undefined || rate === undefined || seconds === undefined) throw new Error('give PORT RATE SECONDS')
const REQUEST = 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'
const WARM_UP = { rate: 4_000, count: 4_000 }

const idle: Socket[] = []
/** Called when the request in flight on a socket has its response. */
const waiting = new Map<Socket, () => void>()

function open(): Socket {
  const socket = connect({ port: Number(port), host: '127.0.0.1', noDelay: true })
  let received = ''
  socket.setEncoding('latin1')
  socket.on('data', (chunk: string) => {
    received += chunk
    if (!received.endsWith('hello world')) return
    // nginx announces that it closes a connection after its maximum number of requests.
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
    // nginx closed the connection while the request was in flight.
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

/** Sleeps until each of `count` requests is due, at least 0.2 ms each time, and wakes the thread that sends them. */
const SLEEPER = `
  const { workerData: { words, startMs, perSecond, count } } = require('node:worker_threads')
  const sleep = new Int32Array(new SharedArrayBuffer(4))
  for (let next = 0; next < count; ) {
    const waitMs = startMs + ((next + 1) * 1_000) / perSecond - (performance.timeOrigin + performance.now())
    Atomics.wait(sleep, 0, 0, Math.max(0.2, waitMs))
    const passedMs = performance.timeOrigin + performance.now() - startMs
    next = Math.max(next, Math.min(count, Math.floor((passedMs * perSecond) / 1_000)))
    Atomics.store(words, 0, next)
    Atomics.notify(words, 0)
  }`

/** Returns the latencies of `count` requests in ms, from their intended times. */
async function drive(perSecond: number, count: number): Promise<Float64Array> {
  const latencies = new Float64Array(count)
  const { promise, resolve } = Promise.withResolvers<void>()
  const words = new Int32Array(new SharedArrayBuffer(4))
  const now = (): number => performance.timeOrigin + performance.now()
  const startMs = now() + 200
  const sleeper = new Worker(SLEEPER, { eval: true, workerData: { words, startMs, perSecond, count } })
  let sent = 0
  let done = 0
  const sendDue = async (): Promise<void> => {
    while (sent < count) {
      await Atomics.waitAsync(words, 0, sent).value
      for (const due = Atomics.load(words, 0); sent < due; sent++) {
        const index = sent
        const intendedMs = startMs + ((index + 1) * 1_000) / perSecond
        send(() => {
          latencies[index] = now() - intendedMs
          if (++done === count) resolve()
        })
      }
    }
  }
  await Promise.all([sendDue(), promise])
  await sleeper.terminate()
  return latencies.toSorted()
}

await drive(WARM_UP.rate, WARM_UP.count)
const latencies = await drive(rate, Math.round(rate * seconds))
const quantile = (p: number): number => latencies[Math.ceil(p * latencies.length) - 1] ?? Number.NaN
process.stdout.write(`${JSON.stringify({ p50Ms: quantile(0.5), p99Ms: quantile(0.99), maxMs: quantile(1) })}\n`)
process.exit()
