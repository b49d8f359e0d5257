/** Requests by undici's pool: `node undici-client.ts URL RATE CONNECTIONS SECONDS`, with a rate of 0 for as fast as possible. */
import { Pool } from 'undici'
import { finish, Histogram, startCpu } from './measure.ts'

const [address = '', rate = '0', connections = '1', seconds = '1'] = process.argv.slice(2)
const url = new URL(address)
const perMs = Number(rate) / 1_000
const WARM_UP_MS = 1_000
const endMs = WARM_UP_MS + 1_000 * Number(seconds)
const pool = new Pool(url.origin, { connections: Number(connections), pipelining: 1 })
const service = new Histogram()
const startMs = performance.now()
let sent = 0
let done = 0
let warmUpRequests = 0
let cpuUs: (() => number) | undefined

async function request(): Promise<void> {
  const sentMs = performance.now()
  const { body } = await pool.request({ path: url.pathname, method: 'GET' })
  await body.dump()
  const nowMs = performance.now()
  if (cpuUs === undefined) {
    warmUpRequests++
    return
  }
  done++
  service.add(Math.max(1, (nowMs - sentMs) * 1_000))
}

/** One client of the closed model. */
async function repeat(): Promise<void> {
  while (performance.now() - startMs < endMs) await request()
}

function tick(): void {
  const elapsedMs = performance.now() - startMs
  if (elapsedMs >= WARM_UP_MS) cpuUs ??= startCpu()
  if (elapsedMs >= endMs) {
    finish({ requests: done, warmUpRequests, threadsUs: cpuUs?.() ?? 0, serviceP50Ms: service.p50Ms })
  }
  for (const due = Math.floor(elapsedMs * perMs); sent < due; sent++) void request()
  setTimeout(tick, 1)
}

if (perMs === 0) for (let i = 0; i < Number(connections); i++) void repeat()
tick()
