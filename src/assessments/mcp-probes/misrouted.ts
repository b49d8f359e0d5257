import type { Probe } from './probe.ts'
import { notApplicable } from './probe.ts'

/** Enough clients at once for replies to be mixed up, if they can be. */
const CLIENTS = 8
const CALLS_AT_ONCE = 16

/** Replies that go to another client than asked (CVE-2026-25536): each call sends a text that its reply must hold. */
export const misrouted: Probe = {
  name: 'replies reach who asked',
  async run({ load, echo, prober }) {
    if (echo === undefined) {
      return notApplicable('no tool gives a text back, by which a reply could be told from another')
    }
    if (prober.stdio !== undefined) return notApplicable('over pipes every client has a server of its own')
    const { successes, errorsByClass } = await load({
      concurrency: CALLS_AT_ONCE,
      maxConnections: CLIENTS,
      duration: 1_500,
      request: echo,
    })
    const wrong = errorsByClass.misrouted
    if (wrong !== undefined) {
      return { verdict: 'fail', evidence: `${wrong.count} of ${successes + wrong.count} replies: ${wrong.first}` }
    }
    if (successes === 0) return { verdict: 'invalid', evidence: 'no call was answered' }
    return { verdict: 'pass', evidence: `${successes} replies to ${CLIENTS} clients held what their own call had sent` }
  },
}
