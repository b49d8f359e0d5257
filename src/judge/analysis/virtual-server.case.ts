/**
 * A server of known capacity in virtual time: c servers × service time S behind one FIFO queue, reached through a pool of
 * connections, so that a whole search takes milliseconds and its truth is known.
 */
import type { Ms, Rps } from '../../model/units.ts'
import type { Growth } from '../verdict/growth.ts'
import { neweyWestSlope } from '../verdict/statistics/newey-west.ts'
import { studentQuantile } from '../verdict/statistics/student.ts'
import type { Trial } from './limit-trial.ts'
import type { TrialFigures } from './trial-figures.ts'

export interface VirtualServer {
  readonly servers: number
  readonly serviceMs: Ms
  /** Exponential service with the same mean. */
  readonly random?: () => number
  /** Requests in the server beyond which each one more slows service by 2%. */
  readonly collapsesAbove?: number
  /** Answers are delayed by up to this much, each by its own draw. */
  readonly jitterMs?: Ms
  readonly fails?: boolean
  /** The generator falls behind above this rate. */
  readonly generatorRps?: Rps
}

const POOL = 100
const TIMEOUT_MS = 1_000
const BATCH_MS = 100

interface Fate {
  readonly intendedMs: Ms
  readonly doneMs: Ms
  readonly ok: boolean
}

/** What a trial against the server would have measured, the server being idle at its start. */
export function tryOn(server: VirtualServer, trial: Trial, random: () => number, sloMs: Ms): TrialFigures {
  if (trial.purpose === 'recover') return figures([], trial.durationMs, 0, sloMs, server)
  const durationMs = trial.durationMs
  if (trial.purpose === 'saturate') {
    const fates = closed(server, trial.concurrency, trial.warmUpMs + durationMs)
    const measured = fates.filter(({ doneMs }) => doneMs > trial.warmUpMs && doneMs <= trial.warmUpMs + durationMs)
    const achievedRps = server.fails ? 0 : (1_000 * measured.length) / durationMs
    return {
      ...figures([], durationMs, 0, sloMs, server),
      tookMs: trial.warmUpMs + durationMs,
      scheduled: measured.length,
      timed: measured.length,
      achievedRps,
    }
  }
  const arrivals: Ms[] = []
  for (let at = 0; ;) {
    at += (1_000 / trial.rate) * (trial.arrivals === 'poisson' ? -Math.log(1 - random()) : 1)
    if (at > durationMs) break
    arrivals.push(at)
  }
  const fates = open(server, arrivals, random)
  const tookMs = trial.purpose === 'step' ? durationMs : Math.min(durationMs, lostMs(fates, sloMs))
  const seen = fates.filter(({ intendedMs, doneMs }) => tookMs === durationMs || Math.max(intendedMs, doneMs) <= tookMs)
  return { ...figures(seen, tookMs, trial.rate, sloMs, server), cutShort: tookMs < durationMs }
}

/** The end of the first second in which most requests were late or lost. */
function lostMs(fates: readonly Fate[], sloMs: Ms): Ms {
  const bySecond = Map.groupBy(fates, ({ doneMs }) => Math.floor(doneMs / 1_000))
  for (const [second, ended] of [...bySecond].toSorted(([a], [b]) => a - b)) {
    const late = ended.filter(({ intendedMs, doneMs, ok }) => !ok || doneMs - intendedMs > sloMs)
    if (late.length > ended.length / 2) return 1_000 * (second + 1)
  }
  return Number.POSITIVE_INFINITY
}

function open(server: VirtualServer, arrivals: readonly Ms[], random: () => number): Fate[] {
  const work = queueOf(server)
  const connections = new Array<Ms>(POOL).fill(0)
  return arrivals.map((intendedMs) => {
    const connection = earliest(connections)
    const sentMs = Math.max(intendedMs, connections[connection] ?? 0)
    if (sentMs - intendedMs > TIMEOUT_MS) return { intendedMs, doneMs: intendedMs + TIMEOUT_MS, ok: false }
    const answeredMs = work(sentMs) + (server.jitterMs ?? 0) * random()
    const doneMs = Math.min(answeredMs, sentMs + TIMEOUT_MS)
    connections[connection] = doneMs
    return { intendedMs, doneMs, ok: answeredMs <= sentMs + TIMEOUT_MS && server.fails !== true }
  })
}

function closed(server: VirtualServer, concurrency: number, untilMs: Ms): Fate[] {
  const work = queueOf(server)
  const clients = new Array<Ms>(concurrency).fill(0)
  const fates: Fate[] = []
  for (;;) {
    const client = earliest(clients)
    const intendedMs = clients[client] ?? 0
    if (intendedMs >= untilMs) return fates
    const doneMs = work(intendedMs)
    clients[client] = doneMs
    fates.push({ intendedMs, doneMs, ok: true })
  }
}

/** Gives each job, in order of arrival, its instant of departure. */
function queueOf({
  servers,
  serviceMs,
  random,
  collapsesAbove = Number.POSITIVE_INFINITY,
}: VirtualServer): (atMs: Ms) => Ms {
  const free = new Array<Ms>(servers).fill(0)
  let departures: Ms[] = []
  return (atMs) => {
    const server = earliest(free)
    const startMs = Math.max(atMs, free[server] ?? 0)
    departures = departures.filter((departure) => departure > atMs)
    const slowed = 1 + 0.02 * Math.max(0, departures.length + 1 - collapsesAbove)
    const departure = startMs + serviceMs * slowed * (random === undefined ? 1 : -Math.log(1 - random()))
    free[server] = departure
    departures.push(departure)
    return departure
  }
}

function earliest(instants: readonly Ms[]): number {
  return instants.reduce((best, instant, i) => (instant < (instants[best] ?? 0) ? i : best), 0)
}

function figures(fates: readonly Fate[], durationMs: Ms, rate: Rps, sloMs: Ms, server: VirtualServer): TrialFigures {
  const timesMs = fates.filter(({ ok }) => ok).map(({ intendedMs, doneMs }) => doneMs - intendedMs)
  const sorted = timesMs.toSorted((a, b) => a - b)
  const failed = fates.length - timesMs.length
  const unanswered = server.fails ? 0 : failed
  const ends = Array.from({ length: Math.floor(durationMs / BATCH_MS) }, (_, i) => (i + 1) * BATCH_MS)
  const by = (key: 'intendedMs' | 'doneMs', atMs: Ms): number => fates.filter((fate) => fate[key] <= atMs).length
  const arrived = ends.map((end) => by('intendedMs', end))
  const late = rate > (server.generatorRps ?? Number.POSITIVE_INFINITY)
  return {
    tookMs: durationMs,
    scheduled: fates.length,
    failed,
    timed: timesMs.length + unanswered,
    late: unanswered + timesMs.filter((ms) => ms > sloMs).length,
    lateAtTarget: unanswered + timesMs.filter((ms) => ms > sloMs).length,
    offeredRps: rate,
    achievedRps: (1_000 * fates.filter(({ ok, doneMs }) => ok && doneMs <= durationMs).length) / durationMs,
    p50Ms: sorted[Math.floor(0.5 * sorted.length)] ?? null,
    p99Ms: sorted[Math.floor(0.99 * sorted.length)] ?? null,
    growth: growthIn(
      ends.map((end, i) => (arrived[i] ?? 0) - by('doneMs', end)),
      fates.length,
    ),
    cutShort: false,
    lagMs: late ? 50 : 0.2,
    undelivered: late ? 'the generator was late' : undefined,
    generatorBusy: late ? 1 : 0.3,
  }
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** As the tool judges it, without the correction for patterns whose rate changes. */
function growthIn(inFlight: readonly number[], arrived: number): Growth | undefined {
  if (inFlight.length < 20 || arrived === 0) return undefined
  const { perStep, error } = neweyWestSlope(inFlight)
  const requests = perStep * (inFlight.length - 1)
  const shown = perStep > studentQuantile(0.99, inFlight.length - 2) * error && requests >= 0.01 * arrived
  return { requests, share: requests / arrived, shown }
}
