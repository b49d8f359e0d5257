import type { SuiteContext } from '../suite.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Ms } from '../../model/units.ts'
import { eachOf, type Subject } from './subject.ts'
import { formatPlural } from '../../wording/figures.ts'
import { isStdio } from '../../model/target.ts'

/** Requests in flight in the closed model, and connections in every trial; more if these do not slow the target. */
export const CLIENTS = 16
const MORE_CLIENTS = 4
const MAX_CLIENTS = 256
const ROUNDS = 3
/** Service time, relative to that of an idle target, below which the target could serve more clients. */
const UNSLOWED = 1.3
/** Utilization above which a generator thread, and not the target, is the limit. */
export const BUSY = 0.9

/** A protocol, and its run at the common rate. */
export interface CommonRun {
  readonly subject: Subject
  readonly common: LoadResult
}

/** The runs of one protocol with requests always in flight. */
export interface Filled {
  /** The round with the median throughput. */
  readonly full: LoadResult
  readonly clients: number
  /** True if this many clients did not saturate the target. */
  readonly unslowed: boolean
}

/**
 * Runs all protocols in rounds, with requests always in flight, so that a temporary disturbance affects one round of
 * each protocol instead of all rounds of one.
 */
export async function fillAll(
  context: SuiteContext,
  runs: readonly CommonRun[],
): Promise<readonly (CommonRun & { readonly filled: Filled })[]> {
  const first = await eachOf(runs, async ({ subject, common }) => ({
    subject,
    common,
    filled: await fill(context, subject, common),
  }))
  const rounds = first.map(({ filled }) => [filled.full])
  for (let round = 1; round < ROUNDS; round++) {
    const again = await eachOf(first, ({ subject, filled }) => runClosed(context, subject, filled.clients))
    for (const [i, full] of again.entries()) rounds[i]?.push(full)
  }
  return first.map(({ subject, common, filled }, i) => {
    const full = median(rounds[i] ?? []) ?? filled.full
    return { subject, common, filled: { full, clients: filled.clients, unslowed: filled.unslowed } }
  })
}

/** Uses as many clients as it takes to slow the target: fewer would measure the clients, not the target. */
async function fill(context: SuiteContext, subject: Subject, common: LoadResult): Promise<Filled> {
  const { target } = subject
  // Over pipes, each connection is a separate process of the target.
  const maxClients = isStdio(target) ? CLIENTS : MAX_CLIENTS
  for (let clients = CLIENTS; ; clients *= MORE_CLIENTS) {
    const full = await runClosed(context, subject, clients)
    const unslowed = !isFull(full) && isUnslowed(full, common)
    if (isPaced(subject, full) || !unslowed || clients >= maxClients) return { full, clients, unslowed }
  }
}

/** A fraction of a second of this measures a throughput and no verdict, so it is not recorded. */
async function runClosed(
  context: SuiteContext,
  { protocol, plan, duration }: Subject,
  clients: number,
): Promise<LoadResult> {
  const length = { duration: duration / 2 / ROUNDS, warmUp: duration / 8 / ROUNDS }
  const full = { ...plan, ...length, concurrency: clients, maxConnections: clients }
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

function median(results: readonly LoadResult[]): LoadResult | undefined {
  return results.toSorted((a, b) => a.throughputRps - b.throughputRps)[Math.floor(results.length / 2)]
}

function meanServiceMs({ serviceTime }: LoadResult): Ms | null {
  return serviceTime.meanMs ?? null
}
