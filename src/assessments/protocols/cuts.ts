import { isIP } from 'node:net'
import type { SuiteContext } from '../suite.ts'
import { realDelay } from '../../model/real-time.ts'
import type { JudgedFigures } from '../../model/figures.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Ms } from '../../model/units.ts'
import type { WrittenPlan } from '../../plan/load-plan.ts'
import { mix } from '../../plan/mix.ts'
import { workOver } from '../../judge/analysis/latency-blocks.ts'
import { portOf } from '../../protocols/index.ts'
import { type Relay, startRelay } from '../../run/target/relay.ts'
import { rotated, roundsOf } from './rounds.ts'
import { type CommonRun, ownWork, sharedKeys, type Subject } from './subject.ts'
import { isStdio } from '../../model/target.ts'

/** Number of cuts of each protocol in each run. */
export const CUTS = 4
/** Time before the first cut, relative to the time between two cuts of one protocol. */
const LEAD_STEPS = 0.5

/** What one protocol showed in one run whose connections were cut. */
export interface CutRun {
  /** Figures of each of its operations. */
  readonly figures: readonly JudgedFigures[]
  /** Requests lost at each cut. */
  readonly lost: readonly number[]
  /** Time until the target responded again after each cut; infinite if it did not before the next one. */
  readonly reconnectMs: readonly Ms[]
}

/** The cuts of one protocol in a run: the first one, and the time between two of them. */
interface CutTimes {
  readonly firstMs: Ms
  readonly stepMs: Ms
}

/** Returns whether a target has connections that can be cut; over pipes, it has none. */
export function hasConnection({ target }: Pick<Subject, 'target'>): boolean {
  return !isStdio(target)
}

/** Length of each run with cuts: together, they are as long as a phase. */
export function cutRunMs(phaseMs: Ms): Ms {
  return (phaseMs * CUTS) / roundsOf(phaseMs)
}

/**
 * Runs the protocols together, each at the common rate, through relays that cut the connections of one protocol after
 * the other. Returns the runs by protocol; none where there is no connection to cut. As many protocols run together as
 * the ceiling of the rate allows.
 */
export async function cutAll(
  context: SuiteContext,
  runs: readonly CommonRun[],
): Promise<ReadonlyMap<string, readonly CutRun[]>> {
  const cuttable = runs.filter(({ subject, common }) => hasConnection(subject) && portOfRun(common) !== undefined)
  const [first] = cuttable
  if (first === undefined) return new Map()
  const { rate, duration, maxRps = Number.POSITIVE_INFINITY } = first.subject
  const together = Math.max(1, Math.floor(maxRps / rate))
  const found: (readonly [string, CutRun])[] = []
  for (let round = 0; round < roundsOf(duration) / CUTS; round++) {
    const order = rotated(cuttable, round)
    for (let i = 0; i < order.length; i += together) {
      found.push(...(await whileCut(context, order.slice(i, i + together))))
    }
  }
  const byProtocol = Map.groupBy(found, ([protocol]) => protocol)
  return new Map([...byProtocol].map(([protocol, all]) => [protocol, all.map(([, run]) => run)]))
}

function portOfRun({ target: { url } }: LoadResult): number | undefined {
  return URL.canParse(url) ? portOf(new URL(url)) : undefined
}

async function whileCut(
  context: SuiteContext,
  runs: readonly CommonRun[],
): Promise<readonly (readonly [string, CutRun])[]> {
  const [first] = runs
  if (first === undefined) return []
  const relays: Relay[] = []
  try {
    for (const { common } of runs) relays.push(await startRelay(new URL(common.target.url), portOfRun(common) ?? 0))
    const { rate, duration: phaseMs } = first.subject
    const duration = cutRunMs(phaseMs)
    const plan: WrittenPlan = {
      ...throughRelays(sharedKeys(first.subject), runs),
      workload: mix(runs.map(({ subject }, i) => ownWork(subject, relays[i]?.url))),
      rate: rate * runs.length,
      duration,
      reconnect: { backoffMs: 10, maxBackoffMs: 200 },
      monitor: 'off',
    }
    // Not recorded, because the reports would list the relays as targets.
    const run = await context.startLoad(plan, { record: false, phase: 'cut connections' })
    // A cut before the first answer would end the run: it looks like a target that cannot be used.
    await Promise.race([Promise.all(relays.map(({ answered }) => answered)), run.result])
    const waits = Promise.all(relays.map((relay, i) => cutAgain(relay, cutTimes(i, runs.length, duration))))
    const [result, reconnectMs] = await Promise.all([run.result, waits])
    return runs.map(({ subject: { protocol } }, i) => {
      const figures = workOver(protocol, result).map((each) => each.figures)
      const lost = lostByCut(figures, cutTimes(i, runs.length, duration))
      return [protocol, { figures, lost, reconnectMs: reconnectMs[i] ?? [] }]
    })
  } finally {
    await Promise.all(relays.map((relay) => relay.close()))
  }
}

/**
 * Returns the plan keys for targets behind relays on loopback: a server may answer for its own name only, and its
 * certificate names it. Targets with different names keep those of the relays.
 */
function throughRelays(shared: WrittenPlan, runs: readonly CommonRun[]): WrittenPlan {
  const urls = runs.map(({ common }) => new URL(common.target.url))
  const [names, hosts] = [
    urls.map(({ hostname }) => hostname.replace(/^\[|\]$/g, '')),
    urls.map(({ host }) => host),
  ].map(only)
  const servername = shared.tls?.servername ?? (names === undefined || isIP(names) > 0 ? undefined : names)
  return {
    ...shared,
    ...(servername !== undefined && { tls: { ...shared.tls, servername } }),
    ...(hosts !== undefined && { headers: { host: hosts, ...shared.headers } }),
  }
}

/** Returns the value that all have; undefined if they differ. */
function only(values: readonly string[]): string | undefined {
  const [first, ...others] = new Set(values)
  return others.length === 0 ? first : undefined
}

/** Never cuts two protocols at the same time, so that they do not reconnect at the same time. */
function cutTimes(index: number, protocols: number, duration: Ms): CutTimes {
  const stepMs = duration / (CUTS + 1)
  return { stepMs, firstMs: stepMs * (LEAD_STEPS + index / protocols) }
}

/** Cuts at equal intervals. Returns the times until the target responded again. */
async function cutAgain({ cut }: Relay, { firstMs, stepMs }: CutTimes): Promise<readonly Ms[]> {
  const waits: Promise<Ms | null>[] = []
  for (let i = 0; i < CUTS; i++) {
    await realDelay(i === 0 ? firstMs : stepMs)
    waits.push(cut())
  }
  const waited = waits.map((wait) => Promise.race([wait, realDelay(CUTS * stepMs).then(() => null)]))
  return (await Promise.all(waited)).map((ms) => ms ?? Number.POSITIVE_INFINITY)
}

/** How much earlier than planned a cut may be, relative to the time between two cuts. */
const EARLY = 0.25

/** Assigns each batch to the latest cut before its end. */
export function lostByCut(figures: readonly JudgedFigures[], { firstMs, stepMs }: CutTimes): readonly number[] {
  const lost = Array.from({ length: CUTS }, () => 0)
  for (const { batches } of figures) {
    for (const [batch, failed] of batches.errors.entries()) {
      const endMs = batches.startMs + (batch + 1) * batches.lengthMs
      const cut = Math.floor((endMs - firstMs) / stepMs + EARLY)
      const index = Math.min(CUTS - 1, Math.max(0, cut))
      lost[index] = (lost[index] ?? 0) + failed + (batches.dropped[batch] ?? 0)
    }
  }
  return lost
}
