import type { Count } from '../../src/model/units.ts'
import { FLOOR, ownCost, planOf } from './peers.ts'
import type { Cost } from './run-program.ts'

/** How the cost changes with one property of the load; each point is a run. */
export interface Sweep {
  readonly name: string
  /** Name of the property, with its unit. */
  readonly x: string
  readonly values: readonly number[]
  own(url: string, value: number): Promise<Cost>
  /** The floor program, where it can send this load. */
  floor?(url: string, value: number): Promise<Cost>
}

const SECONDS = 3
const BYTES_PER_SECOND = 100e6
/** Connections of a rate that nginx answers quickly. */
const connectionsFor = (rate: number): Count => Math.max(10, Math.min(100, Math.round(rate / 80)))

/** To measure the cost over another property, add it here. */
export const SWEEPS: readonly Sweep[] = [
  {
    name: 'rate',
    x: 'req/s',
    values: [50, 200, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000],
    own: (url, rate) => ownCost(planOf({ url, rate, connections: connectionsFor(rate), seconds: SECONDS })),
    floor: (url, rate) => FLOOR.run({ url, rate, connections: connectionsFor(rate), seconds: SECONDS }),
  },
  {
    name: 'connections',
    x: 'open connections, at 1 000 req/s',
    values: [1, 10, 100, 1_000, 10_000],
    own: (url, connections) => ownCost(planOf({ url, rate: 1_000, connections, seconds: SECONDS })),
    floor: (url, connections) => FLOOR.run({ url, rate: 1_000, connections, seconds: SECONDS }),
  },
  {
    name: 'request body',
    x: 'bytes of each request',
    values: [16, 1_024, 16_384, 262_144, 4_194_304, 104_857_600],
    own: (url, bytes) =>
      ownCost({
        target: url,
        rate: Math.max(1, Math.min(500, Math.floor(BYTES_PER_SECOND / bytes))),
        request: { method: 'POST', path: '/' },
        messageSize: bytes,
        duration: `${SECONDS}s`,
      }),
  },
  {
    name: 'length of the run',
    x: 's, at 1 000 req/s',
    values: [1, 3, 10, 30],
    own: (url, seconds) => ownCost(planOf({ url, rate: 1_000, connections: 20, seconds })),
    floor: (url, seconds) => FLOOR.run({ url, rate: 1_000, connections: 20, seconds }),
  },
  {
    name: 'operations',
    x: 'operations, at 1 000 req/s',
    values: [1, 10, 100, 1_000],
    own: (url, count) =>
      ownCost({
        ...planOf({ url, rate: 1_000, connections: 20, seconds: SECONDS }),
        request: Array.from({ length: count }, (_, i) => ({ name: `operation ${i}`, path: `/${i}` })),
      }),
  },
  {
    name: 'threads',
    x: 'generator threads, at 8 000 req/s',
    values: [1, 2],
    own: (url, threads) => ownCost({ ...planOf({ url, rate: 8_000, connections: 100, seconds: SECONDS }), threads }),
  },
]
