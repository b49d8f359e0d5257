import type { Ms } from '../../../model/units.ts'
import type { Probe } from './probe.ts'
import { notApplicable } from './probe.ts'
import { formatMs } from '../../../wording/figures.ts'

const SLOW_MS: Ms = 1_000
const FAST_CALLS = 5
/** A fast call that takes more than this share of the slow call's duration has waited for it. */
const WAITING_RATIO = 0.5

/** Fast calls that wait for a slow one on the same connection, because the server processes one call at a time. */
export const headOfLine: Probe = {
  name: 'fast calls overtake slow ones',
  judgesCalls: true,
  peakRps: 15,
  async run({ prober, call, slowCall }) {
    if (slowCall === undefined) return notApplicable('no slow call is known: set one with `slowCall`')
    const connection = await prober.connect()
    await prober.call(connection, call)
    const slow = prober.call(connection, slowCall(SLOW_MS), 5 * SLOW_MS)
    const fast = await Promise.all(Array.from({ length: FAST_CALLS }, () => prober.call(connection, call, 4 * SLOW_MS)))
    const { outcome } = await slow
    await connection.close()
    if (outcome !== 'ok') return { verdict: 'invalid', evidence: 'the slow call was not answered' }
    const failed = fast.find((each) => each.outcome !== 'ok')
    if (failed !== undefined) return { verdict: 'invalid', evidence: `a fast call failed: ${failed.message}` }
    const slowest = Math.max(...fast.map(({ ms }) => ms))
    const evidence = `the slowest of ${FAST_CALLS} fast calls took ${formatMs(slowest)} ms during a call of ${formatMs(SLOW_MS)} ms`
    return { verdict: slowest > WAITING_RATIO * SLOW_MS ? 'fail' : 'pass', evidence }
  },
}
