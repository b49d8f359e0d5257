import type { SuiteContext } from '../suite.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Ms, Ratio, Rps } from '../../model/units.ts'
import { inRounds, roundsOf } from './rounds.ts'
import { type CommonRun, eachOf, type Subject } from './subject.ts'
import { formatPlural } from '../../wording/figures.ts'
import { isStdio } from '../../model/target.ts'

/** Requests in flight in the closed model, and connections in every trial; more if these do not slow the target. */
export const CLIENTS = 16
const MORE_CLIENTS = 4
const MAX_CLIENTS = 256
/** A single protocol is compared with no other. */
export const SINGLE_ROUNDS = 3
/** Share of a phase that the first run takes. */
export const FILL_SHARE: Ratio = 1 / 6
/** Minimum length of a round. */
const MIN_ROUND_MS: Ms = 80
/** Share of its length that the warm-up of a run adds. */
export const WARM_UP_SHARE: Ratio = 0.25
/** Service time, relative to that of an idle target, below which the target could serve more clients. */
const UNSLOWED = 1.3
/** Utilization above which a generator thread, and not the target, is the limit. */
export const BUSY = 0.9

/** The runs of one protocol with requests always in flight. */
export interface Filled {
  /** The run that determined the number of clients. */
  readonly full: LoadResult
  readonly clients: number
  /** True if this many clients did not saturate the target. */
  readonly unslowed: boolean
  /** Throughput of each round. */
  readonly throughputRps: readonly Rps[]
}

/** Runs all protocols with requests always in flight: once to find the number of clients, then in rounds. */
export async function fillAll(
  context: SuiteContext,
  runs: readonly CommonRun[],
): Promise<readonly (CommonRun & { readonly filled: Filled })[]> {
  const first = await eachOf(runs, async ({ subject, common }) => ({
    subject,
    common,
    found: await fill(context, subject, common),
  }))
  const count = runs.length < 2 ? SINGLE_ROUNDS : Math.max(...runs.map(({ subject }) => roundsOf(subject.duration)))
  const rounds = await inRounds(first, count, ({ subject, found }) => runRound(context, subject, found.clients))
  return first.map(({ subject, common, found }, i) => {
    const results = rounds[i] ?? []
    const filled = {
      ...found,
      throughputRps: results.map(({ throughputRps }) => throughputRps),
    }
    return { subject, common, filled }
  })
}

type Found = Omit<Filled, 'throughputRps'>

/** Uses as many clients as it takes to slow the target: fewer would measure the clients, not the target. */
async function fill(context: SuiteContext, subject: Subject, common: LoadResult): Promise<Found> {
  const { duration } = subject
  for (let clients = CLIENTS; ; clients *= MORE_CLIENTS) {
    const full = await runClosed(context, subject, clients, FILL_SHARE * duration)
    const unslowed = !isFull(full) && isUnslowed(full, common)
    if (isPaced(subject, full) || !unslowed || clients >= MAX_CLIENTS) return { full, clients, unslowed }
  }
}

/** One round is too short for a sample of the monitor. */
function runRound(context: SuiteContext, subject: Subject, clients: number): Promise<LoadResult> {
  const { plan, duration } = subject
  const unwatched = { ...subject, plan: { ...plan, monitor: 'off', tracing: 'off' } } as const
  return runClosed(context, unwatched, clients, roundMs(duration))
}

/** Returns the length of a round, without its warm-up. */
export function roundMs(phaseMs: Ms): Ms {
  return Math.max(MIN_ROUND_MS, phaseMs / 2 / roundsOf(phaseMs))
}

/** A fraction of a second of this measures a throughput and no verdict, so it is not recorded. */
async function runClosed(
  context: SuiteContext,
  { protocol, target, plan }: Subject,
  clients: number,
  duration: Ms,
): Promise<LoadResult> {
  const length = { duration, warmUp: WARM_UP_SHARE * duration }
  // Over pipes, each connection is a separate process of the target, and carries many requests at once.
  const maxConnections = isStdio(target) ? Math.min(clients, CLIENTS) : clients
  const full = { ...plan, ...length, concurrency: clients, maxConnections }
  const run = await context.startLoad(full, { record: false, phase: `${protocol}, ${formatPlural(clients, 'client')}` })
  return run.result
}

/** Share of the ceiling from which the throughput is that of the ceiling, and not that of the target. */
const AT_CEILING = 0.9

/** Returns whether the ceiling of the rate limited the throughput. */
export function isPaced({ maxRps }: Pick<Subject, 'maxRps'>, { throughputRps }: LoadResult): boolean {
  return maxRps !== undefined && throughputRps >= AT_CEILING * maxRps
}

/** Returns whether one side has a saturated thread. */
function isFull({ generator, target: { samples } }: LoadResult): boolean {
  const busiest = samples.flatMap((sample) => sample.busiestProcessCpuPercent ?? [])
  return generator.eventLoopUtilization > BUSY || Math.max(0, ...busiest) > 100 * BUSY
}

function isUnslowed(full: LoadResult, common: LoadResult): boolean {
  const [before, after] = [meanServiceMs(common), meanServiceMs(full)]
  return before !== null && after !== null && after <= UNSLOWED * before
}

function meanServiceMs({ serviceTime }: LoadResult): Ms | null {
  return serviceTime.meanMs ?? null
}
