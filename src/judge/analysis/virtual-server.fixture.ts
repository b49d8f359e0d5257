/**
 * Test support: a server of known capacity in virtual time, with c servers behind one FIFO queue and a pool of
 * connections. A whole search takes milliseconds, and its true limit is known.
 */
import type { Ms, Rps } from '../../model/units.ts'
import { fixedService, growthIn } from '../verdict/growth.ts'
import { completedBetween, completedRps, saturatedFlow } from './completions.ts'
import { lateBurstsIn } from './late-bursts.ts'
import type { Trial } from './limit-trial.ts'
import type { TrialFigures } from './trial-figures.ts'

export interface VirtualServer {
  readonly servers: number
  /** Mean service time. */
  readonly serviceMs: Ms
  /** Distribution of the service time. Default: deterministic. `sigma` is that of the lognormal one; default: 0.5. */
  readonly service?: 'exponential' | 'lognormal'
  readonly sigma?: number
  /** Number of requests in the server above which each further request slows the service by 2%. */
  readonly collapsesAbove?: number
  /** All servers stop for `forMs` once per period. */
  readonly pauses?: { readonly everyMs: Ms; readonly forMs: Ms }
  /** Maximum random delay of a response. */
  readonly jitterMs?: Ms
  /** Every response is an error. */
  readonly fails?: boolean
  /** The generator falls behind above this rate. */
  readonly generatorRps?: Rps
}

const POOL = 100
const TIMEOUT_MS = 1_000
const SLICE_MS = 100

interface Fate {
  readonly intendedMs: Ms
  readonly doneMs: Ms
  readonly serviceMs: Ms
  readonly ok: boolean
}

interface Attempt {
  readonly server: VirtualServer
  readonly random: () => number
  readonly sloMs: Ms
  /** Mean service time of the first step. */
  readonly calmMs?: Ms | undefined
}

/** Returns the figures that a trial would measure on the server, which is idle at the start. */
export function tryOn(trial: Trial, attempt: Attempt): TrialFigures {
  const { server, random, sloMs } = attempt
  if (trial.purpose === 'recover') return figures([], trial.durationMs, 0, attempt)
  const { durationMs } = trial
  if (trial.purpose === 'saturate') {
    const fates = closed(attempt, trial.concurrency, trial.warmUpMs + durationMs)
    const measured = fates.filter(({ doneMs }) => doneMs > trial.warmUpMs && doneMs <= trial.warmUpMs + durationMs)
    const counts = countsOf(measured, durationMs, SLICE_MS, ({ doneMs }) => doneMs - trial.warmUpMs)
    const flow = saturatedFlow({ counts: server.fails ? counts.map(() => 0) : counts, lengthMs: SLICE_MS })
    return {
      ...figures([], durationMs, 0, attempt),
      tookMs: trial.warmUpMs + durationMs,
      scheduled: measured.length,
      timed: measured.length,
      achievedRps: flow.rps,
      flow,
    }
  }
  const fates = open(attempt, arrivalTimes(trial.rate, trial.arrivals, durationMs, random))
  const tookMs = trial.purpose === 'step' ? durationMs : Math.min(durationMs, lostMs(fates, sloMs))
  const seen = fates.filter(({ intendedMs, doneMs }) => tookMs === durationMs || Math.max(intendedMs, doneMs) <= tookMs)
  return { ...figures(seen, tookMs, trial.rate, attempt), cutShort: tookMs < durationMs }
}

/** Long-run p99 at a rate with uniform arrivals, over this number of requests. */
function longRunP99Ms(server: VirtualServer, rate: Rps, random: () => number, requests: number): Ms {
  const fates = open({ server, random, sloMs: 0 }, arrivalTimes(rate, 'uniform', (1_000 * requests) / rate, random))
  const timesMs = Float64Array.from(fates, ({ intendedMs, doneMs }) => doneMs - intendedMs).sort()
  return timesMs[Math.floor(0.99 * timesMs.length)] ?? Number.NaN
}

/** Finds the rate at which the long-run p99 crosses the limit, by bisection with the same random numbers. */
export function trueLimitRps(server: VirtualServer, sloMs: Ms, requests: number): Rps {
  const capacity = (1_000 * server.servers) / server.serviceMs
  let [low, high] = [0.3 * capacity, 1.05 * capacity]
  for (let i = 0; i < 9; i++) {
    const middle = (low + high) / 2
    if (longRunP99Ms(server, middle, seeded(77), requests) <= sloMs) low = middle
    else high = middle
  }
  return (low + high) / 2
}

function arrivalTimes(rate: Rps, arrivals: string, durationMs: Ms, random: () => number): Ms[] {
  const times: Ms[] = []
  for (let at = 0; ;) {
    at += (1_000 / rate) * (arrivals === 'poisson' ? -Math.log(1 - random()) : 1)
    if (at > durationMs) return times
    times.push(at)
  }
}

/** End of the first second in which most requests were late or lost. */
function lostMs(fates: readonly Fate[], sloMs: Ms): Ms {
  const bySecond = Map.groupBy(fates, ({ doneMs }) => Math.floor(doneMs / 1_000))
  for (const [second, ended] of [...bySecond].toSorted(([a], [b]) => a - b)) {
    const late = ended.filter(({ intendedMs, doneMs, ok }) => !ok || doneMs - intendedMs > sloMs)
    if (late.length > ended.length / 2) return 1_000 * (second + 1)
  }
  return Number.POSITIVE_INFINITY
}

function open({ server, random }: Attempt, arrivals: readonly Ms[]): Fate[] {
  const work = queueOf(server, random)
  const connections = new Float64Array(POOL)
  return arrivals.map((intendedMs) => {
    const connection = earliest(connections)
    const sentMs = Math.max(intendedMs, connections[connection] ?? 0)
    if (sentMs - intendedMs > TIMEOUT_MS) {
      return { intendedMs, doneMs: intendedMs + TIMEOUT_MS, serviceMs: 0, ok: false }
    }
    const answeredMs = work(sentMs) + (server.jitterMs ?? 0) * random()
    const doneMs = Math.min(answeredMs, sentMs + TIMEOUT_MS)
    connections[connection] = doneMs
    const ok = answeredMs <= sentMs + TIMEOUT_MS && server.fails !== true
    return { intendedMs, doneMs, serviceMs: doneMs - sentMs, ok }
  })
}

function closed({ server, random }: Attempt, concurrency: number, untilMs: Ms): Fate[] {
  const work = queueOf(server, random)
  const clients = new Float64Array(concurrency)
  const fates: Fate[] = []
  for (;;) {
    const client = earliest(clients)
    const intendedMs = clients[client] ?? 0
    if (intendedMs >= untilMs) return fates
    const doneMs = work(intendedMs)
    clients[client] = doneMs
    fates.push({ intendedMs, doneMs, serviceMs: doneMs - intendedMs, ok: true })
  }
}

/** Returns a function that maps each arrival, in order, to its departure. */
function queueOf(server: VirtualServer, random: () => number): (atMs: Ms) => Ms {
  const { servers, collapsesAbove = Number.POSITIVE_INFINITY, pauses } = server
  const free = new Float64Array(servers)
  const offsetMs = pauses === undefined ? 0 : random() * pauses.everyMs
  let departures: Ms[] = []
  return (atMs) => {
    const place = earliest(free)
    const startMs = Math.max(atMs, free[place] ?? 0)
    let slowed = 1
    if (collapsesAbove !== Number.POSITIVE_INFINITY) {
      departures = departures.filter((departure) => departure > atMs)
      slowed = 1 + 0.02 * Math.max(0, departures.length + 1 - collapsesAbove)
    }
    const departure = afterPauses(startMs, drawServiceMs(server, random) * slowed, offsetMs, pauses)
    free[place] = departure
    if (collapsesAbove !== Number.POSITIVE_INFINITY) departures.push(departure)
    return departure
  }
}

function drawServiceMs({ serviceMs, service, sigma = 0.5 }: VirtualServer, random: () => number): Ms {
  switch (service) {
    case 'exponential':
      return -serviceMs * Math.log(1 - random())
    case 'lognormal': {
      const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
      return serviceMs * Math.exp(sigma * normal - sigma ** 2 / 2)
    }
    default:
      return serviceMs
  }
}

/** End of work that starts at a time and does not progress during pauses. */
function afterPauses(startMs: Ms, workMs: Ms, offsetMs: Ms, pauses: VirtualServer['pauses']): Ms {
  if (pauses === undefined) return startMs + workMs
  const { everyMs, forMs } = pauses
  let atMs = startMs
  let leftMs = workMs
  for (;;) {
    const phaseMs = (((atMs - offsetMs) % everyMs) + everyMs) % everyMs
    if (phaseMs < forMs) atMs += forMs - phaseMs
    const untilPauseMs = everyMs - Math.max(phaseMs, forMs)
    if (leftMs <= untilPauseMs) return atMs + leftMs
    atMs += untilPauseMs
    leftMs -= untilPauseMs
  }
}

function earliest(times: Float64Array): number {
  let best = 0
  for (let i = 1; i < times.length; i++) if ((times[i] ?? 0) < (times[best] ?? 0)) best = i
  return best
}

function countsOf(fates: readonly Fate[], untilMs: Ms, lengthMs: Ms, timeOf: (fate: Fate) => Ms): number[] {
  const counts = new Array<number>(Math.ceil(untilMs / lengthMs)).fill(0)
  for (const fate of fates) {
    const batch = Math.ceil(timeOf(fate) / lengthMs) - 1
    if (batch < counts.length) counts[Math.max(0, batch)] = (counts[Math.max(0, batch)] ?? 0) + 1
  }
  return counts
}

function figures(fates: readonly Fate[], durationMs: Ms, rate: Rps, { server, sloMs, calmMs }: Attempt): TrialFigures {
  const good = fates.filter(({ ok }) => ok)
  const timesMs = good.map(({ intendedMs, doneMs }) => doneMs - intendedMs)
  const sorted = timesMs.toSorted((a, b) => a - b)
  const services = good.map(({ serviceMs }) => serviceMs).toSorted((a, b) => a - b)
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
  const meanMs = mean(services)
  const failed = fates.length - good.length
  const unanswered = server.fails ? 0 : failed
  const isLate = ({ intendedMs, doneMs, ok }: Fate): boolean =>
    ok ? doneMs - intendedMs > sloMs : server.fails !== true
  const endMs = fates.reduce((last, { doneMs }) => Math.max(last, doneMs), durationMs)
  let lengthMs = SLICE_MS
  while (endMs / lengthMs > 64) lengthMs *= 2
  const done = ({ doneMs }: Fate): Ms => doneMs
  const successes = countsOf(good, endMs, lengthMs, done)
  const ended = countsOf(fates, endMs, lengthMs, done)
  const arrivals = countsOf(fates, durationMs, lengthMs, ({ intendedMs }) => intendedMs)
  let waiting = 0
  const inFlight = arrivals.map((count, i) => (waiting += count - (ended[i] ?? 0)))
  const isBehind = rate > (server.generatorRps ?? Number.POSITIVE_INFINITY)
  const completions = { counts: successes, lengthMs }
  const late = fates.filter(isLate).length
  const whole = Math.floor(durationMs / lengthMs)
  return {
    tookMs: durationMs,
    scheduled: fates.length,
    failed,
    timed: good.length + unanswered,
    late,
    lateAtTarget: late,
    offeredRps: rate,
    achievedRps: completedRps(completions, durationMs, Math.min(meanMs, calmMs ?? meanMs)),
    completedShare:
      fates.length === 0 ? 0 : Math.min(1, completedBetween(completions, 0, durationMs + sloMs) / fates.length),
    p50Ms: sorted[Math.floor(0.5 * sorted.length)] ?? null,
    p75Ms: sorted[Math.floor(0.75 * sorted.length)] ?? null,
    p99Ms: sorted[Math.floor(0.99 * sorted.length)] ?? null,
    serviceMs: services.length === 0 ? null : meanMs,
    serviceCv: services.length === 0 ? null : Math.sqrt(mean(services.map((ms) => (ms / meanMs - 1) ** 2))),
    growth: growthIn(
      arrivals.slice(0, whole),
      inFlight.slice(0, whole),
      fixedService((services[Math.floor(0.1 * services.length)] ?? 0) / lengthMs),
    ),
    flow: null,
    lateBursts: lateBurstsIn(countsOf(fates.filter(isLate), endMs, lengthMs, done)),
    errors:
      failed === 0
        ? null
        : server.fails
          ? { class: 'http-5xx', count: failed, first: 'status 500', isAnswered: true }
          : { class: 'timeout', count: failed, first: 'no answer', isAnswered: false },
    cutShort: false,
    lagMs: isBehind ? 50 : 0.2,
    exhausted: undefined,
    outsideTrouble: undefined,
    stoppedShare: 0,
    undelivered: isBehind ? { code: 'generator-saturated' } : undefined,
    generatorBusy: isBehind ? 1 : 0.3,
  }
}

/** Returns a generator of numbers in [0, 1), the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
