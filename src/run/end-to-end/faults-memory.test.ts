import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stdioTarget } from '../../../fixtures/index.ts'
import type { ErrorClass } from '../../model/error-class.ts'
import { sum } from '../../model/sum.ts'
import type { LoadPlan } from '../../plan/load-plan.ts'
import { mix } from '../../plan/mix.ts'
import type { LoadRun } from '../index.ts'
import {
  countsOf,
  errorsOf,
  lanesOf,
  PARTY_NAMES,
  resultOf,
  setFaults,
  startServers,
  stopServers,
} from './faults.fixture.ts'
import type { FaultKind, FaultOptions, PartyName, Servers } from './faults.fixture.ts'

const RPS = 1_000
const DURATION_MS = 5_000
/**
 * Maximum growth of the heap: less than a thousandth of what all exchanges and connections would take, but far more
 * than the heap varies by itself.
 */
const MAX_GROWN_BYTES = 2_000_000
const FLOODED_BYTES = 2_000_000

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

/** Memory in use, in bytes. */
function held(): number {
  gc()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Calls `look` at the end of each interval, about once a second. */
async function eachInterval(run: LoadRun, look: () => unknown): Promise<void> {
  const intervals = run[Symbol.asyncIterator]()
  while ((await intervals.next()).done !== true) await look()
}

/** An object with functions keeps the run in this thread, so that its heap can be measured. */
function here(durationMs: number, requestTimeout: string): LoadPlan {
  return {
    pattern: { name: 'here', durationMs, rateAt: () => RPS, expectedBy: (tMs) => (RPS * tMs) / 1_000 },
    requestTimeout,
    maxConnections: 200,
    reconnect: { attempts: 1_000_000, backoffMs: 1, maxBackoffMs: 10 },
  }
}

interface Repeated {
  readonly what: string
  readonly options: FaultOptions
  readonly kinds: readonly FaultKind[]
  readonly of: readonly PartyName[]
  readonly errorClass: ErrorClass
  readonly requestTimeout: string
}

const REPEATED: readonly Repeated[] = [
  {
    what: 'connections that are reset or carry garbage',
    options: { resetEvery: 2, garbageEvery: 1 },
    kinds: ['reset', 'garbage'],
    of: PARTY_NAMES,
    errorClass: 'connection',
    requestTimeout: '30s',
  },
  {
    what: 'requests that are never answered',
    options: { silentEvery: 1 },
    kinds: ['silent'],
    // Only protocols whose connections end when a request is given up; for the others, the number of connections would
    // grow.
    of: ['http', 'websocket', 'tcp'],
    errorClass: 'timeout',
    requestTimeout: '2s',
  },
  {
    what: 'replies with unknown ids',
    options: { unknownIdEvery: 1 },
    kinds: ['unknown-id'],
    of: ['mcp tcp', 'mcp ws'],
    errorClass: 'timeout',
    requestTimeout: '2s',
  },
]

let servers: Servers

beforeAll(async () => {
  servers = await startServers(PARTY_NAMES)
  // This run loads all code, which can take this thread longer than a time-out.
  await resultOf({ ...here(200, '30s'), workload: mix(lanesOf(servers, PARTY_NAMES)) })
})

afterAll(() => stopServers(servers))

describe('memory over thousands of requests', () => {
  test.each(REPEATED)('does not grow with $what', async (repeated) => {
    const { options, kinds, of, errorClass, requestTimeout } = repeated
    const heldBytes: number[] = []
    const result = await resultOf(
      { ...here(DURATION_MS, requestTimeout), workload: mix(lanesOf(servers, of)) },
      async (run) => {
        await eachInterval(run, async () => {
          // Start the faults only after the run has opened its connections, because the first requests would fail at
          // once.
          if (heldBytes.length === 0) await setFaults(servers, of, options)
          heldBytes.push(held())
        })
      },
    )
    await setFaults(servers, of, {})
    const counts = await countsOf(servers, of)
    const struck = sum(counts.flatMap(({ faults }) => kinds.map((kind) => faults[kind] ?? 0)))
    expect(struck).toBeGreaterThan(200)
    expect(errorsOf(result)[errorClass]).toBeGreaterThan(100)
    // In the runs with time-outs, the number of waiting requests is constant from the third second on.
    const grown = Math.min(...heldBytes.slice(-2)) - Math.min(...heldBytes.slice(2, 4))
    expect(grown).toBeLessThan(MAX_GROWN_BYTES)
  })
})

test('reads all standard error output of a server without keeping it in memory', async () => {
  const target = stdioTarget({ stderrBytes: FLOODED_BYTES })
  // A generator thread and its warm-up need additional memory.
  await resultOf({ target: stdioTarget({}), rate: 100, duration: '200ms' })
  const startBytes = process.memoryUsage.rss()
  let peakBytes = 0
  const result = await resultOf({ target, rate: 100, duration: '2s' }, async (run) => {
    await eachInterval(run, () => (peakBytes = Math.max(peakBytes, process.memoryUsage.rss() - startBytes)))
  })
  expect(result).toMatchObject({ successes: 200, errors: 0, dropped: 0 })
  expect(peakBytes).toBeLessThan((200 * FLOODED_BYTES) / 4)
})
