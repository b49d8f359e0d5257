import type { LoadContext } from '../../hosts/port.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Ms } from '../../model/units.ts'
import { eachOf, type Subject } from './subject.ts'

/** Requests under way in the closed model, and connections everywhere; more where these leave the target unslowed. */
export const CLIENTS = 16
const MORE_CLIENTS = 4
const MOST_CLIENTS = 256
const ROUNDS = 3
/** Service that takes no longer than this much of what it takes in calm: the target would serve more clients as well. */
const UNSLOWED = 1.3
/** A generator thread that is as busy has no room left: it was the limit, and not the target. */
export const BUSY = 0.9

export interface Filled {
  /** The median of the rounds, by its throughput. */
  readonly full: LoadResult
  readonly clients: number
  /** As many as these are did not fill the target. */
  readonly unslowed: boolean
}

/**
 * Requests always under way, in rounds of all protocols: whatever else the machine does for a while strikes one round of
 * each, and not all of one.
 */
export async function fillAll(
  context: LoadContext,
  subjects: readonly Subject[],
  calm: readonly LoadResult[],
): Promise<readonly Filled[]> {
  const first = await eachOf(subjects, (subject, i) => fill(context, subject, calm[i]))
  const rounds = first.map(({ full }) => [full])
  for (let round = 1; round < ROUNDS; round++) {
    const again = await eachOf(subjects, (subject, i) => closed(context, subject, first[i]?.clients ?? CLIENTS))
    for (const [i, full] of again.entries()) rounds[i]?.push(full)
  }
  return first.map((filled, i) => Object.assign({}, filled, { full: median(rounds[i] ?? []) ?? filled.full }))
}

/** As many clients as it takes to slow the target: fewer would tell of the clients, and not of it. */
async function fill(context: LoadContext, subject: Subject, calm: LoadResult | undefined): Promise<Filled> {
  const { target } = subject
  // Over pipes each connection is a process of the target's own.
  const most = typeof target === 'object' && 'stdio' in target ? CLIENTS : MOST_CLIENTS
  for (let clients = CLIENTS; ; clients *= MORE_CLIENTS) {
    const full = await closed(context, subject, clients)
    const unslowed = !isFull(full) && isUnslowed(full, calm)
    if (!unslowed || clients >= most) return { full, clients, unslowed }
  }
}

function closed(context: LoadContext, { plan, duration }: Subject, clients: number): Promise<LoadResult> {
  const length = { duration: duration / 2 / ROUNDS, warmUp: duration / 8 / ROUNDS }
  return context.load({ ...plan, ...length, concurrency: clients, maxConnections: clients })
}

/** One side has a thread that has no room left. */
function isFull({ generator, target: { samples } }: LoadResult): boolean {
  const busiest = samples.flatMap((sample) => sample.busiestProcessCpuPercent ?? [])
  return generator.eventLoopUtilization > BUSY || Math.max(0, ...busiest) > 100 * BUSY
}

function isUnslowed(full: LoadResult, calm: LoadResult | undefined): boolean {
  const [before, after] = [calm === undefined ? null : meanServiceMs(calm), meanServiceMs(full)]
  return before !== null && after !== null && after <= UNSLOWED * before
}

function median(results: readonly LoadResult[]): LoadResult | undefined {
  return results.toSorted((a, b) => a.throughputRps - b.throughputRps)[Math.floor(results.length / 2)]
}

function meanServiceMs({ serviceTime }: LoadResult): Ms | null {
  return 'meanMs' in serviceTime ? serviceTime.meanMs : null
}
