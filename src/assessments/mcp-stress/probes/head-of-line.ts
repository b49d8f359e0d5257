import type { Ms } from '../../../model/units.ts'
import type { Called } from './prober.ts'
import type { Probe } from './probe.ts'
import { notApplicable } from './probe.ts'
import { formatMs } from '../../../wording/figures.ts'

const SLOW_MS: Ms = 1_000
const FAST_CALLS = 5
/** A fast call that takes this share of the slow call's duration longer than without it has waited for it. */
const WAITING_RATIO = 0.5

/** Fast calls that wait for a slow one on the same connection, because the server processes one call at a time. */
export const headOfLine: Probe = {
  name: 'fast calls overtake slow ones',
  judgesCalls: true,
  peakRps: 15,
  async run({ prober, call, slowCall }) {
    if (slowCall === undefined) return notApplicable('no slow call is known: set one with `slowCall`')
    const connection = await prober.connect()
    const sendFast = (): Promise<readonly Called[]> =>
      Promise.all(Array.from({ length: FAST_CALLS }, () => prober.call(connection, call, 4 * SLOW_MS)))
    // How long they take without the slow call, when the sockets are open.
    await prober.call(connection, call)
    const alone = await sendFast()
    const slow = prober.call(connection, slowCall(SLOW_MS), 5 * SLOW_MS)
    const fast = await sendFast()
    const { outcome } = await slow
    await connection.close()
    if (outcome !== 'ok') return { verdict: 'invalid', evidence: 'the slow call was not answered' }
    const failed = [...alone, ...fast].find((each) => each.outcome !== 'ok')
    if (failed !== undefined) return { verdict: 'invalid', evidence: `a fast call failed: ${failed.message}` }
    const [usual, slowest] = [alone, fast].map((calls) => Math.max(...calls.map(({ ms }) => ms))) as [Ms, Ms]
    const evidence = `the slowest of ${FAST_CALLS} fast calls took ${formatMs(slowest)} ms during a call of ${formatMs(SLOW_MS)} ms, and ${formatMs(usual)} ms without it`
    return { verdict: slowest > usual + WAITING_RATIO * SLOW_MS ? 'fail' : 'pass', evidence }
  },
}
