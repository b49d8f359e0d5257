import type { Probe } from './probe.ts'
import { notApplicable } from './probe.ts'
import { formatCount } from '../../../wording/figures.ts'

/** Number of concurrent clients, enough for replies to be confused if that is possible. */
const CLIENTS = 8
const CALLS_AT_ONCE = 16

/**
 * Replies that reach another client than the caller (CVE-2026-25536): each call sends a text that its reply must
 * contain.
 */
export const misrouted: Probe = {
  name: 'replies reach the client that asked',
  peakRps: 30,
  judgesReplies: true,
  async run({ load, echo, prober }) {
    if (echo === undefined) {
      return notApplicable('no tool returns its input, which would identify a reply')
    }
    if (prober.stdio !== undefined) return notApplicable('over pipes, every client has a separate server')
    const { successes, errorsByClass } = await load({
      concurrency: CALLS_AT_ONCE,
      maxConnections: CLIENTS,
      duration: 1_500,
      request: echo,
    })
    const wrong = errorsByClass.misrouted
    if (wrong !== undefined) {
      return {
        verdict: 'fail',
        evidence: `${formatCount(wrong.count)} of ${formatCount(successes + wrong.count)} replies: ${wrong.first}`,
      }
    }
    if (successes === 0) return { verdict: 'invalid', evidence: 'no call was answered' }
    return {
      verdict: 'pass',
      evidence: `each of ${formatCount(successes)} replies to ${CLIENTS} clients contained the text that its call had sent`,
    }
  },
}
