import type { WrittenPlan } from '../plan/load-plan.ts'
import { formatShortDuration } from '../wording/load-test.ts'
import type { Notice } from './environment/notices.ts'

/** A number below this was probably meant in seconds: in so few milliseconds, a load shows little. */
const MIN_LIKELY_MS = 100

/** Returns a notice if the duration of a plan is a number that its author may have meant in seconds. */
export function durationNotices({ duration }: WrittenPlan): readonly Notice[] {
  if (typeof duration !== 'number' || duration >= MIN_LIKELY_MS) return []
  return [{ topic: `duration ${duration}`, text: formatShortDuration(duration) }]
}
