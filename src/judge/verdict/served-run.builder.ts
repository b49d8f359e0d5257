/** Test support: runs of 10 s of simulated targets, with every request in the batch in which it ended. */
import type { LoadResult } from '../../model/result.ts'
import { resultOf } from '../result.builder.ts'
import { seeded } from './simulated-services.builder.ts'

const BATCH_MS = 200
const RUN_MS = 10_000

/** Returns service times from a generator of random numbers. */
type Service = (random: () => number) => number

/**
 * A run of 10 s: arrivals at these times, each served in its service time by one of `servers`, first come, first served.
 * The batches after the run contain the requests that end after it.
 */
export function servedRun(
  arrivalsMs: readonly number[],
  serviceOf: Service,
  { servers = Number.POSITIVE_INFINITY, seed = 1 }: { readonly servers?: number; readonly seed?: number } = {},
): LoadResult {
  const random = seeded(seed)
  const freeMs = Number.isFinite(servers) ? Array.from({ length: servers }, () => 0) : []
  const made: { responsesMs: number[]; arrivals: number; inFlight: number }[] = []
  const batchAt = (batch: number): (typeof made)[number] => {
    while (made.length <= batch) made.push({ responsesMs: [], arrivals: 0, inFlight: 0 })
    return made[batch] as (typeof made)[number]
  }
  for (const atMs of arrivalsMs) {
    const server = freeMs.indexOf(Math.min(...freeMs))
    const doneMs = Math.max(atMs, freeMs[server] ?? 0) + serviceOf(random)
    if (server >= 0) freeMs[server] = doneMs
    const [from, to] = [Math.ceil(atMs / BATCH_MS) - 1, Math.floor(doneMs / BATCH_MS)]
    batchAt(from).arrivals++
    batchAt(to).responsesMs.push(doneMs - atMs)
    for (let batch = from; batch < to; batch++) batchAt(batch).inFlight++
  }
  const result = resultOf({ batches: made, batchMs: BATCH_MS })
  return { ...result, durationMs: RUN_MS, offeredRps: (1_000 * arrivalsMs.length) / RUN_MS }
}

/** Times of constant arrivals. */
export function steady(rps: number): readonly number[] {
  return Array.from({ length: (RUN_MS * rps) / 1_000 }, (_, i) => ((i + 1) * 1_000) / rps)
}

/** Times of arrivals at a rate that rises from 0 to `rps`. */
export function rising(rps: number): readonly number[] {
  const count = (RUN_MS * rps) / 2_000
  return Array.from({ length: count }, (_, i) => RUN_MS * Math.sqrt((i + 1) / count))
}

/** Exponential service times. */
export function exponential(meanMs: number): Service {
  return (random) => -meanMs * Math.log(1 - random())
}

/** A share of the requests takes `ms`, the others 10 ms. */
export function mixed(share: number, ms: number): Service {
  return (random) => (random() < share ? ms : 10)
}
