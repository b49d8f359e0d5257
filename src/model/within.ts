import { realTime } from './real-time.ts'
import type { Ms } from './units.ts'
import { messageOf } from './thrown.ts'

/**
 * Waits for a promise, but at most `ms`. Returns 'done', or why it is not done. Uses real time, even if a test has
 * replaced its timers.
 */
export async function within(ms: Ms, promise: Promise<unknown>): Promise<'done' | (string & {})> {
  const late = Promise.withResolvers<string>()
  const timer = realTime.setTimeout(() => late.resolve(`no answer within ${ms / 1_000} s`), ms)
  const outcome = promise.then(() => 'done', messageOf)
  const first = await Promise.race([outcome, late.promise])
  realTime.clearTimeout(timer)
  return first
}
