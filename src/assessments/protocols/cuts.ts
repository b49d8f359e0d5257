import type { SuiteContext } from '../suite.ts'
import { realDelay } from '../../model/real-time.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Ms } from '../../model/units.ts'
import type { WrittenPlan } from '../../plan/load-plan.ts'
import { portOf } from '../../protocols/index.ts'
import { type Relay, startRelay } from '../../run/target/relay.ts'
import { inRounds, roundsOf } from './rounds.ts'
import type { CommonRun, Subject } from './subject.ts'
import { isStdio } from '../../model/target.ts'

/** Number of cuts in each run. */
export const CUTS = 4

/** What one run showed whose connections were cut. */
export interface CutRun {
  readonly result: LoadResult
  /** Requests lost at each cut. */
  readonly lost: readonly number[]
  /** Time until the target responded again after each cut; infinite if it did not before the next one. */
  readonly reconnectMs: readonly Ms[]
}

/** Returns whether a target has connections that can be cut; over pipes, it has none. */
export function hasConnection({ target }: Pick<Subject, 'target'>): boolean {
  return !isStdio(target)
}

/** Length of each run with cuts: together, they are as long as a phase. */
export function cutRunMs(phaseMs: Ms): Ms {
  return (phaseMs * CUTS) / roundsOf(phaseMs)
}

/** Runs all protocols in rounds, at the common rate, through relays that cut their connections. */
export function cutAll(context: SuiteContext, runs: readonly CommonRun[]): Promise<readonly (readonly CutRun[])[]> {
  const rounds = Math.max(...runs.map(({ subject }) => roundsOf(subject.duration) / CUTS), 0)
  return inRounds(runs, rounds, ({ subject, common }) => whileCut(context, subject, common)).then((all) =>
    all.map((each) => each.flatMap((run) => run ?? [])),
  )
}

/** Runs at the common rate through a relay that repeatedly cuts its connections; undefined if there is none to cut. */
async function whileCut(
  context: SuiteContext,
  { protocol, plan, target, rate, duration: phaseMs }: Subject,
  { target: { url } }: LoadResult,
): Promise<CutRun | undefined> {
  const port = portOf(new URL(url))
  if (port === undefined || !hasConnection({ target })) return undefined
  const relay = await startRelay(new URL(url), port)
  try {
    const duration = cutRunMs(phaseMs)
    const reconnect = { backoffMs: 10, maxBackoffMs: 200 }
    const relayed: WrittenPlan = { ...plan, target: relay.url, rate, duration, reconnect, monitor: 'off' }
    // Not recorded, because the reports would list the relay as a target.
    const run = await context.startLoad(relayed, { record: false, phase: `${protocol}, cut connections` })
    // A cut before the first answer would end the run: it looks like a target that cannot be used.
    await Promise.race([relay.answered, run.result])
    const [result, reconnectMs] = await Promise.all([run.result, cutAgain(relay, duration)])
    return { result, reconnectMs, lost: lostByCut(result, duration) }
  } finally {
    await relay.close()
  }
}

/** Cuts at equal intervals. Returns the times until the target responded again. */
async function cutAgain({ cut }: Relay, duration: Ms): Promise<readonly Ms[]> {
  const waits: Promise<Ms | null>[] = []
  for (let i = 0; i < CUTS; i++) {
    await realDelay(duration / (CUTS + 1))
    waits.push(cut())
  }
  const waited = waits.map((wait) => Promise.race([wait, realDelay(duration).then(() => null)]))
  return (await Promise.all(waited)).map((ms) => ms ?? Number.POSITIVE_INFINITY)
}

/** How much earlier than planned a cut may be, relative to the time between two cuts. */
const EARLY = 0.25

/** Assigns each batch to the latest cut before its end. */
export function lostByCut({ batches: { errors, dropped, lengthMs } }: LoadResult, duration: Ms): readonly number[] {
  const stepMs = duration / (CUTS + 1)
  const lost = Array.from({ length: CUTS }, () => 0)
  for (const [batch, failed] of errors.entries()) {
    const cut = Math.floor(((batch + 1) * lengthMs) / stepMs + EARLY) - 1
    const index = Math.min(CUTS - 1, Math.max(0, cut))
    lost[index] = (lost[index] ?? 0) + failed + (dropped[batch] ?? 0)
  }
  return lost
}
