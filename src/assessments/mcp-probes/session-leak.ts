import type { Prober } from './prober.ts'
import type { Probe } from './probe.ts'
import { notApplicable } from './probe.ts'
import { openSession } from './session.ts'

const AT_ONCE = 10
const WARM_UP = 150
/** Sessions of a round: at the rate that is called a leak, 20 MB. */
const ROUND = 200
/** What a session that was ended may still cost, in MB: below it lies the coming and going of a garbage collector. */
const LEAKS_MB = 0.1

/** Sessions that still cost memory when they have been ended. That one which never was costs some is as it should be. */
export const sessionLeak: Probe = {
  name: 'sessions that end are forgotten',
  async run({ prober }) {
    if (!prober.overHttp) return notApplicable('only HTTP has sessions that outlive their connection')
    if ((await prober.residentMb()) === undefined) return notApplicable("the server's memory cannot be seen from here")
    const first = await openSession(prober)
    if (first === undefined) return notApplicable('the server makes no sessions')
    const status = await first.end()
    if (status === 405) return notApplicable('the server lets no client end a session (405)')

    await churn(prober, WARM_UP, true)
    const grown = [await grownBy(prober, true), await grownBy(prober, true)]
    const least = Math.min(...grown)
    const kept = await grownBy(prober, false)
    const unended = `a session that is never ended cost ${wordKb(kept)}`
    if (least > LEAKS_MB) {
      return {
        verdict: 'fail',
        evidence: `each of ${2 * ROUND} sessions that were ended still cost ${wordKb(least)}; ${unended}`,
      }
    }
    return {
      verdict: 'pass',
      evidence: `${2 * ROUND} sessions that were ended cost ${wordKb(Math.max(0, least))} each; ${unended}`,
    }
  },
}

/** Growth of the server's memory by a round of sessions, in MB each. */
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

function wordKb(mb: number): string {
  return `${Math.max(0, Math.round(1_024 * mb))} kB`
}
