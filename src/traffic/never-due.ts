import type { Ms } from '../model/units.ts'
import type { ArrivalSource } from './arrival-source.ts'
import type { DispatchEvents } from './dispatch-options.ts'

/** What a run that is stopped has not seen to be due for longer than this, it was too late for. */
const LATE_MS = 100

/**
 * What is past its intended start when a run ends, but was never seen to be due, was scheduled all the same: the tool came
 * too late for it. Of a run that is `stopped`, what had not stood so for long came due just then, and that is nobody's
 * fault.
 */
export function dropNeverDue(
  source: ArrivalSource<unknown>,
  nowMs: Ms,
  stopped: boolean,
  events: Pick<DispatchEvents, 'neverDue'>,
): void {
  const lateMs = stopped ? LATE_MS : 0
  for (const [phase, count] of source.rest(nowMs - lateMs)) events.neverDue('generator', phase, count)
  for (const [phase, count] of source.rest(nowMs)) events.neverDue('stopped', phase, count)
}
