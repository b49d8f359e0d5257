import type { Ms } from '../model/units.ts'
import type { ArrivalSource } from './arrival-source.ts'
import type { DispatchEvents } from './dispatch-options.ts'

/** Arrivals of a stopped run that were due for longer than this count as late. */
const LATE_MS = 100

/**
 * Counts as dropped the arrivals that were due when a run ended but that the dispatcher never detected. The reason is
 * `generator`, because the generator was too late. In a `stopped` run, arrivals that became due less than `LATE_MS`
 * before the stop have the reason `stopped`, which blames neither side.
 */
export function dropUndispatched(
  source: ArrivalSource<unknown>,
  nowMs: Ms,
  stopped: boolean,
  events: Pick<DispatchEvents, 'undispatched'>,
): void {
  const lateMs = stopped ? LATE_MS : 0
  for (const [phase, count] of source.rest(nowMs - lateMs)) events.undispatched('generator', phase, count)
  for (const [phase, count] of source.rest(nowMs)) events.undispatched('stopped', phase, count)
}
