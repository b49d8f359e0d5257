/** Test support: how often the bounds of a mean are wrong in simulated runs. */
import { designEffect, MIN_BATCHES } from './design-effect.ts'
import { marginAbove } from './mean-margin.ts'
import { mm1, randomOf } from './queue.builder.ts'
import { studentQuantile } from './statistics/student.ts'

export interface MeanProcess {
  readonly name: string
  readonly meanMs: number
  readonly isHeavyTailed?: boolean
  draw(requests: number, random: () => number): Float64Array
}

const SERVICE_MS = 0.2
const PARETO = 2.2
/** Minimum service time of a Pareto distribution with mean `SERVICE_MS`. */
const SHORTEST_MS = (SERVICE_MS * (PARETO - 1)) / PARETO
/**
 * The root σ < 1 of σ = exp(−(1 − σ) / load) at load 0.5: response times of D/M/1 are exponential with mean S / (1 −
 * σ).
 */
const D_M_1_ROOT = 0.203_187_869_979_979_95

/** Processes with a known exact mean. */
export const MEAN_PROCESSES: readonly MeanProcess[] = [
  {
    name: 'independent lognormal latencies',
    meanMs: Math.exp(0.5),
    draw: (requests, random) =>
      Float64Array.from({ length: requests }, () =>
        Math.exp(Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random())),
      ),
  },
  ...[0.5, 0.8, 0.9].map((load) => ({
    name: `an M/M/1 queue at load ${load}`,
    meanMs: SERVICE_MS / (1 - load),
    draw: (requests: number, random: () => number) => mm1(load, requests, random),
  })),
  {
    name: 'a D/M/1 queue at load 0.5',
    meanMs: SERVICE_MS / (1 - D_M_1_ROOT),
    draw: (requests, random) =>
      queue(
        requests,
        () => SERVICE_MS / 0.5,
        () => -Math.log(random()) * SERVICE_MS,
      ),
  },
  {
    name: 'an M/G/1 queue at load 0.5 with Pareto 2.2 service',
    // Pollaczek and Khinchine: E[W] = λ E[S²] / (2 (1 − load)).
    meanMs: SERVICE_MS + ((0.5 / SERVICE_MS) * ((PARETO * SHORTEST_MS ** 2) / (PARETO - 2))) / (2 * (1 - 0.5)),
    isHeavyTailed: true,
    draw: (requests, random) =>
      queue(
        requests,
        () => (-Math.log(random()) * SERVICE_MS) / 0.5,
        () => SHORTEST_MS * random() ** (-1 / PARETO),
      ),
  },
]

/** Response times of a queue with one server (Lindley's recursion), after 5 000 requests that are discarded. */
function queue(requests: number, gapMs: () => number, serviceMs: () => number): Float64Array {
  const responsesMs = new Float64Array(requests)
  let waitMs = 0
  for (let i = -5_000; i < requests; i++) {
    const responseMs = waitMs + serviceMs()
    if (i >= 0) responsesMs[i] = responseMs
    waitMs = Math.max(0, responseMs - gapMs())
  }
  return responsesMs
}

/** Wrong verdicts in `runs` simulated runs, with limits 0.3% above and below the true mean. */
export function wrongMeanVerdicts(
  { meanMs: trueMs, draw }: MeanProcess,
  requests: number,
  runs: number,
): { pass: number; fail: number } {
  const BATCHES = 40
  const counts = { pass: 0, fail: 0 }
  for (let seed = 1; seed <= runs; seed++) {
    const responsesMs = draw(requests, randomOf(seed * 7_919 + requests))
    const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0)
    const meanMs = sum(responsesMs) / requests
    const variance = sum(responsesMs.map((ms) => (ms - meanMs) ** 2)) / requests
    const batches = Array.from({ length: BATCHES }, (_, i) => {
      const batch = responsesMs.subarray((i * requests) / BATCHES, ((i + 1) * requests) / BATCHES)
      return { sum: sum(batch), of: batch.length }
    })
    const effect = designEffect(batches, variance) ?? Number.NaN
    const marginMs = studentQuantile(0.95, MIN_BATCHES - 1) * Math.sqrt((variance * effect) / requests)
    if (meanMs + marginAbove(meanMs, marginMs) < 0.997 * trueMs) counts.pass++
    if (meanMs - marginMs >= 1.003 * trueMs) counts.fail++
  }
  return counts
}
