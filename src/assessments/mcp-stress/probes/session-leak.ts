import type { Prober } from './prober.ts'
import type { Probe } from './probe.ts'
import { notApplicable } from './probe.ts'
import { openSession } from './session.ts'
import { formatBytes } from '../../../wording/figures.ts'

const AT_ONCE = 10
const WARM_UP = 150
/** Sessions per round: 20 MB at the limit that counts as a leak. */
const ROUND = 200
/** Memory in MB that an ended session may retain: above the variation by garbage collection. */
const LEAKS_MB = 0.1

/** Sessions that retain memory after they have ended. A session that was never ended may retain some. */
export const sessionLeak: Probe = {
  name: 'ended sessions release their memory',
  peakRps: 1_000,
  async run({ prober }) {
    if (!prober.overHttp) return notApplicable('only HTTP has sessions that outlive their connection')
    if ((await prober.residentMb()) === undefined)
      return notApplicable('the memory of the server cannot be measured from this machine')
    const first = await openSession(prober)
    if (first === undefined) return notApplicable('the server has no sessions')
    const status = await first.end()
    if (status === 405) return notApplicable('the server does not let clients end sessions (405)')

    await churn(prober, WARM_UP, true)
    const grown = [await grownBy(prober, true), await grownBy(prober, true)]
    const least = Math.min(...grown)
    const kept = await grownBy(prober, false)
    const unended = `an open session used ${formatBytes(2 ** 20 * Math.max(0, kept))}`
    if (least > LEAKS_MB) {
      return {
        verdict: 'fail',
        evidence: `each of ${2 * ROUND} ended sessions retained ${formatBytes(2 ** 20 * least)}; ${unended}`,
      }
    }
    return {
      verdict: 'pass',
      evidence: `each of ${2 * ROUND} ended sessions retained ${formatBytes(2 ** 20 * Math.max(0, least))}; ${unended}`,
    }
  },
}

/** Returns the growth of the server's memory by a round of sessions, in MB per session. */
async function grownBy(prober: Prober, ended: boolean): Promise<number> {
  const before = (await prober.residentMb()) ?? 0
  await churn(prober, ROUND, ended)
  return ((await prober.residentMb()) ?? 0) / ROUND - before / ROUND
}

async function churn(prober: Prober, sessions: number, ended: boolean): Promise<void> {
  let left = sessions
  const one = async (): Promise<void> => {
    while (left-- > 0) {
      const session = await openSession(prober)
      if (ended) await session?.end()
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, one))
}
