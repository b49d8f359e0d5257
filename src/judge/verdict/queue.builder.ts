import { BUCKETS, bucketOf, type SparseHistogram } from '../../model/hdr.ts'
import type { LatencyCourse } from './latencies.ts'

/**
 * Mean service time of the simulated queues. It is short, so that latencies fill few buckets and a simulation is fast.
 */
const SERVICE_MS = 0.2

/** Returns an sfc32 generator: small, fast, good enough for millions of draws, and the same on every platform. */
export function randomOf(seed: number): () => number {
  let [a, b, c, d] = [seed | 0, (seed ^ 0x9e37_79b9) | 0, (seed * 7 + 1) | 0, 1]
  const next = (): number => {
    const t = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return ((t >>> 0) + 0.5) / 2 ** 32
  }
  for (let i = 0; i < 20; i++) next()
  return next
}

/**
 * Response times of an M/M/1 queue in steady state, in order of arrival, in ms (Lindley's recursion): exponential with
 * mean `SERVICE_MS / (1 − load)`, and independent at load 0.
 */
export function mm1(load: number, requests: number, random: () => number): Float64Array {
  const responsesMs = new Float64Array(requests)
  let waitMs = random() < load ? (-Math.log(random()) * SERVICE_MS) / (1 - load) : 0
  for (let i = 0; i < requests; i++) {
    const responseMs = waitMs - Math.log(random()) * SERVICE_MS
    responsesMs[i] = responseMs
    if (load > 0) waitMs = Math.max(0, responseMs + (Math.log(random()) * SERVICE_MS) / load)
  }
  return responsesMs
}

/**
 * Groups latencies in ms as a result does: one histogram per batch. The batch indices in `batches` ascend from 0 or
 * later.
 */
export function courseOf(latenciesMs: Float64Array, batches: Uint32Array): LatencyCourse {
  const whole = new Counter()
  const batch = new Counter()
  const cut: SparseHistogram[] = []
  for (let i = 0; i < latenciesMs.length; i++) {
    while (cut.length < (batches[i] ?? 0)) cut.push(batch.take())
    const bucket = bucketOf(Math.round((latenciesMs[i] ?? 0) * 1_000))
    whole.add(bucket)
    batch.add(bucket)
  }
  cut.push(batch.take())
  return {
    whole: { histogram: whole.take(), unanswered: 0 },
    batches: cut.map((histogram) => ({ histogram, unanswered: 0 })),
  }
}

class Counter {
  readonly #counts = new Uint32Array(BUCKETS)
  readonly #filled = new Uint16Array(BUCKETS)
  #size = 0

  add(bucket: number): void {
    const count = this.#counts[bucket] ?? 0
    if (count === 0) this.#filled[this.#size++] = bucket
    this.#counts[bucket] = count + 1
  }

  take(): SparseHistogram {
    const buckets = this.#filled.slice(0, this.#size).sort()
    const counts = new Uint32Array(this.#size)
    for (const [index, bucket] of buckets.entries()) {
      counts[index] = this.#counts[bucket] ?? 0
      this.#counts[bucket] = 0
    }
    this.#size = 0
    return { buckets, counts }
  }
}
