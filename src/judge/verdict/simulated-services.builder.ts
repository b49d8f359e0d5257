/** Test support: latencies of simulated services, with their arrivals, for calibrating verdicts. */
import type { Ms } from '../../model/units.ts'
import { courseOf, randomOf } from './queue.builder.ts'
import type { LatencyCourse } from './latencies.ts'

/** Requests in order of arrival. */
export interface SimulatedRun {
  readonly arrivalsMs: Float64Array
  readonly latenciesMs: Float64Array
}

export interface SimulatedService {
  readonly name: string
  readonly arrivals: SimulatedArrivals
  /**
   * How long the past influences latencies at 100 requests per second: the relaxation time of a queue, the time
   * constant of an autoregressive process, or the period of a service that pauses or changes its state. Infinite for
   * services whose autocorrelations have no finite sum.
   */
  readonly correlationMs: Ms
  run(random: () => number, spanMs: Ms, arrivals?: SimulatedArrivals): SimulatedRun
}

export type SimulatedArrivals = 'uniform' | 'jittered' | 'poisson'

/** Requests per second of every simulated run. */
const RPS = 100
const GAP_MS = 1_000 / RPS
/** How long a queue runs before its observation starts. */
const SETTLE_MS = 20_000

const exponential = (random: () => number): number => -Math.log(random())
/** Standard normal, by Box and Muller. */
const normal = (random: () => number): number => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random())

function uniformArrivals(fromMs: Ms, spanMs: Ms): Float64Array {
  return Float64Array.from({ length: Math.round((spanMs - fromMs) / GAP_MS) }, (_, i) => fromMs + (i + 0.5) * GAP_MS)
}

/** Arrivals, each at a random time within its own slot. */
function jitteredArrivals(random: () => number, fromMs: Ms, spanMs: Ms): Float64Array {
  return uniformArrivals(fromMs, spanMs).map((atMs) => atMs + (random() - 0.5) * GAP_MS)
}

function arrivalsOf(arrivals: SimulatedArrivals, random: () => number, fromMs: Ms, spanMs: Ms): Float64Array {
  if (arrivals === 'poisson') return poissonArrivals(random, fromMs, spanMs)
  return arrivals === 'uniform' ? uniformArrivals(fromMs, spanMs) : jitteredArrivals(random, fromMs, spanMs)
}

function poissonArrivals(random: () => number, fromMs: Ms, spanMs: Ms): Float64Array {
  const arrivals: number[] = []
  for (let atMs = fromMs + exponential(random) * GAP_MS; atMs < spanMs; atMs += exponential(random) * GAP_MS) {
    arrivals.push(atMs)
  }
  return Float64Array.from(arrivals)
}

/** A first-come, first-served queue with `servers` servers, observed from time 0. */
function queue(arrivalsMs: Float64Array, servers: number, serviceMs: () => Ms): SimulatedRun {
  const freeMs = new Float64Array(servers).fill(-Infinity)
  const latenciesMs = new Float64Array(arrivalsMs.length)
  for (const [i, arrivalMs] of arrivalsMs.entries()) {
    let server = 0
    for (let other = 1; other < servers; other++) if ((freeMs[other] ?? 0) < (freeMs[server] ?? 0)) server = other
    const doneMs = Math.max(arrivalMs, freeMs[server] ?? 0) + serviceMs()
    freeMs[server] = doneMs
    latenciesMs[i] = doneMs - arrivalMs
  }
  const first = arrivalsMs.findIndex((arrivalMs) => arrivalMs >= 0)
  return first < 0
    ? { arrivalsMs: new Float64Array(), latenciesMs: new Float64Array() }
    : { arrivalsMs: arrivalsMs.subarray(first), latenciesMs: latenciesMs.subarray(first) }
}

/** Exponential service at `load`; the relaxation time is `1 / (√(cμ) − √λ)²`. */
function markovQueue(name: string, servers: number, load: number, own: SimulatedArrivals): SimulatedService {
  const perMs = RPS / 1_000
  return {
    name,
    arrivals: own,
    correlationMs: 1 / (Math.sqrt(perMs / load) - Math.sqrt(perMs)) ** 2,
    run(random, spanMs, arrivals = own) {
      return queue(
        arrivalsOf(arrivals, random, -SETTLE_MS, spanMs),
        servers,
        () => exponential(random) * load * servers * GAP_MS,
      )
    },
  }
}

/** One server at load 0.5 with heavy-tailed service times: `draw` has mean 1. */
function heavyQueue(name: string, correlationMs: Ms, draw: (random: () => number) => number): SimulatedService {
  return {
    name,
    arrivals: 'poisson',
    correlationMs,
    run: (random, spanMs, arrivals = 'poisson') =>
      queue(arrivalsOf(arrivals, random, -SETTLE_MS, spanMs), 1, () => draw(random) * 0.5 * GAP_MS),
  }
}

/** A service whose latency at a time is a function of stalls or states and of lognormal noise. */
function timed(
  name: string,
  correlationMs: Ms,
  latencyAt: (random: () => number, spanMs: Ms) => (atMs: Ms, noise: number) => Ms,
): SimulatedService {
  return {
    name,
    arrivals: 'uniform',
    correlationMs,
    run(random, spanMs, arrivals = 'uniform') {
      const arrivalsMs = arrivalsOf(arrivals, random, 0, spanMs)
      const at = latencyAt(random, spanMs)
      return { arrivalsMs, latenciesMs: arrivalsMs.map((atMs) => at(atMs, Math.exp(0.3 * normal(random)))) }
    },
  }
}

const PARETO = 2.2
const SIGMA = 1.5
const AUTOREGRESSION = 0.99

/**
 * A pause of 30 ms once per period, with latencies that are short in comparison: uniform arrivals meet it at fixed
 * phases.
 */
export function pausingOften(periodMs: Ms): SimulatedService {
  return timed(`pause of 30 ms every ${periodMs} ms`, periodMs, (random) => {
    const phaseMs = random() * periodMs
    return (atMs, noise) => Math.max(0, 30 - ((atMs + phaseMs) % periodMs)) + noise
  })
}

/** All simulated services, healthy ones first. */
export const SIMULATED_SERVICES: readonly SimulatedService[] = [
  {
    name: 'independent lognormal',
    arrivals: 'uniform',
    correlationMs: GAP_MS,
    run(random, spanMs, arrivals = 'uniform') {
      const arrivalsMs = arrivalsOf(arrivals, random, 0, spanMs)
      return { arrivalsMs, latenciesMs: arrivalsMs.map(() => 10 * Math.exp(0.5 * normal(random))) }
    },
  },
  markovQueue('M/M/1 at 0.5', 1, 0.5, 'poisson'),
  markovQueue('D/M/1 at 0.5', 1, 0.5, 'uniform'),
  markovQueue('M/M/4 at 0.8', 4, 0.8, 'poisson'),
  timed('pause of 300 ms every 5 s', 5_000, (random) => {
    const phaseMs = random() * 5_000
    return (atMs, noise) => Math.max(0, 300 - ((atMs + phaseMs) % 5_000)) + 10 * noise
  }),
  markovQueue('M/M/1 at 0.8', 1, 0.8, 'poisson'),
  markovQueue('M/M/1 at 0.9', 1, 0.9, 'poisson'),
  heavyQueue(
    `M/G/1 at 0.5, Pareto ${PARETO}`,
    Infinity,
    (random) => ((PARETO - 1) / PARETO) * random() ** (-1 / PARETO),
  ),
  heavyQueue(`M/G/1 at 0.5, lognormal σ ${SIGMA}`, 1_000, (random) =>
    Math.exp(SIGMA * normal(random) - SIGMA ** 2 / 2),
  ),
  {
    name: `AR(1) ${AUTOREGRESSION}`,
    arrivals: 'uniform',
    correlationMs: -GAP_MS / Math.log(AUTOREGRESSION),
    run(random, spanMs, arrivals = 'uniform') {
      const arrivalsMs = arrivalsOf(arrivals, random, 0, spanMs)
      const innovation = Math.sqrt(1 - AUTOREGRESSION ** 2)
      let z = normal(random)
      const latenciesMs = arrivalsMs.map(() => {
        z = AUTOREGRESSION * z + innovation * normal(random)
        return 10 * Math.exp(0.65 * z)
      })
      return { arrivalsMs, latenciesMs }
    },
  },
  timed('two states, 9 s fast and 1 s slow', 10_000, (random) => {
    const phaseMs = random() * 10_000
    return (atMs, noise) => ((atMs + phaseMs) % 10_000 < 1_000 ? 100 : 10) * noise
  }),
  timed('rare stalls of 0.3 to 1 s, every 20 s on average', 20_000, (random) => {
    let nextMs = exponential(random) * 20_000
    let endMs = -Infinity
    return (atMs, noise) => {
      while (nextMs <= atMs) {
        endMs = nextMs + 300 + 700 * random()
        nextMs = endMs + exponential(random) * 20_000
      }
      return Math.max(0, endMs - atMs) + 10 * noise
    }
  }),
  timed('drift to twice the latency', Infinity, (_, spanMs) => (atMs, noise) => 10 * (1 + atMs / spanMs) * noise),
]

/** Returns a random generator from one number; the seeds of consecutive numbers are far apart. */
export function seeded(seed: number): () => number {
  return randomOf(seed * 7_919 + 3)
}

/** Sorted latencies of a long run of `requests` requests, for the exact percentiles of a service. */
export function longRun(
  service: SimulatedService,
  requests: number,
  arrivals: SimulatedArrivals = service.arrivals,
): Float64Array {
  return service.run(seeded(424_242), requests * GAP_MS, arrivals).latenciesMs.toSorted()
}

/** Groups a simulated run as a result does: 32 to 64 batches by the time at which requests end. */
export function courseOfRun({ arrivalsMs, latenciesMs }: SimulatedRun, spanMs: Ms): LatencyCourse {
  let lengthMs = 100
  while (spanMs / lengthMs > 64) lengthMs *= 2
  const batch = Uint32Array.from(arrivalsMs, (atMs, i) => Math.floor((atMs + (latenciesMs[i] ?? 0)) / lengthMs))
  // Counting sort, because sorting 30 000 requests by comparison would take most of the time of a test.
  const starts = new Uint32Array(batch.reduce((most, each) => Math.max(most, each), 0) + 2)
  for (const each of batch) starts[each + 1] = (starts[each + 1] ?? 0) + 1
  for (let i = 1; i < starts.length; i++) starts[i] = (starts[i] ?? 0) + (starts[i - 1] ?? 0)
  const sorted = { latenciesMs: new Float64Array(batch.length), batch: new Uint32Array(batch.length) }
  for (let i = 0; i < batch.length; i++) {
    const each = batch[i] ?? 0
    const place = starts[each] ?? 0
    starts[each] = place + 1
    sorted.latenciesMs[place] = latenciesMs[i] ?? 0
    sorted.batch[place] = each
  }
  return courseOf(sorted.latenciesMs, sorted.batch)
}
