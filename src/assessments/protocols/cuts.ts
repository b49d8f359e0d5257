import type { SuiteContext } from '../suite.ts'
import type { MeasuredProtocol } from '../../judge/analysis/protocol-ranking.ts'
import { realDelay } from '../../model/real-time.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Ms } from '../../model/units.ts'
import type { WrittenPlan } from '../../plan/load-plan.ts'
import { portOf } from '../../protocols/index.ts'
import { type Relay, startRelay } from '../../run/target/relay.ts'
import type { Subject } from './subject.ts'
import { isStdio } from '../../model/target.ts'

export const CUTS = 3

/** How a protocol reacts when its connections are cut. */
export type CutFigures = Pick<MeasuredProtocol, 'successRate' | 'reconnectMs' | 'lost'>

/** Returns whether a target has connections that can be cut; over pipes, it has none. */
export function hasConnection({ target }: Pick<Subject, 'target'>): boolean {
  return !isStdio(target)
}

/** Runs at the common rate through a relay that repeatedly cuts its connections. */
export async function whileCut(
  context: SuiteContext,
  { protocol, plan, target, rate, duration }: Subject,
  { target: { url } }: LoadResult,
): Promise<CutFigures> {
  const port = portOf(new URL(url))
  if (port === undefined || !hasConnection({ target })) {
    return { successRate: 1, reconnectMs: null, lost: 0 }
  }
  const relay = await startRelay(new URL(url), port)
  try {
    const reconnect = { backoffMs: 10, maxBackoffMs: 200 }
    const relayed: WrittenPlan = { ...plan, target: relay.url, rate, duration, reconnect, monitor: 'off' }
    // Not recorded, because the reports would list the relay as a target.
    const run = await context.startLoad(relayed, { record: false, phase: `${protocol}, cut connections` })
    const [result, reconnectMs] = await Promise.all([run.result, cutAgain(relay, duration)])
    return { successRate: result.successRate, reconnectMs, lost: result.errors + result.dropped }
  } finally {
    await relay.close()
  }
}

/** Cuts at equal intervals. Returns the longest time until the target responded again. */
async function cutAgain({ cut }: Relay, duration: Ms): Promise<Ms | null> {
  const waits: Promise<Ms | null>[] = []
  for (let i = 0; i < CUTS; i++) {
    await realDelay(duration / (CUTS + 1))
    waits.push(cut())
  }
  const reconnects = await Promise.race([Promise.all(waits), realDelay(duration).then(() => [])])
  const timesMs = reconnects.flatMap((ms) => ms ?? [])
  return timesMs.length === 0 ? null : Math.max(...timesMs)
}
