import { realDelay } from '../../../model/real-time.ts'
import type { ProbeFinding } from '../../../model/mcp-stress-findings.ts'
import type { Ms } from '../../../model/units.ts'
import type { Probe } from './probe.ts'
import { notApplicable } from './probe.ts'
import { openSession, type Session } from './session.ts'

/** Streams that the server closes while they are idle, or refuses to reopen (409). */
export const idleStream: Probe = {
  name: 'an idle stream stays open or can be reopened',
  peakRps: 8,
  async run({ prober, idleMs }) {
    if (!prober.overHttp) return notApplicable('only HTTP has a stream separate from its calls')
    const session = await openSession(prober)
    if (session === undefined) return notApplicable('the server has no sessions')
    try {
      return await observe(session, idleMs)
    } finally {
      await session.end()
    }
  },
}

async function observe(session: Session, idleMs: Ms): Promise<Omit<ProbeFinding, 'name'>> {
  const hangUp = new AbortController()
  const first = await session.listen(hangUp.signal)
  if (first.status !== 200) {
    await discard(first, hangUp)
    if (first.status === 405) return notApplicable('the server has no stream to listen to (405)')
    return { verdict: 'fail', evidence: `the stream was refused with ${first.status}` }
  }
  const ended = drained(first)
  const cut = await Promise.race([ended.then(() => true), realDelay(idleMs).then(() => false)])
  if (!cut) hangUp.abort()
  // The server needs time to notice that the first stream is closed.
  await realDelay(100)
  const abort = new AbortController()
  const again = await session.listen(abort.signal)
  await discard(again, abort)
  const { status } = again
  const how = cut ? `was cut within ${idleMs / 1_000} s` : `stayed open for ${idleMs / 1_000} s`
  if (status === 200) return { verdict: 'pass', evidence: `the idle stream ${how} and could be reopened` }
  return { verdict: 'fail', evidence: `the idle stream ${how}, and the server refused to reopen it with ${status}` }
}

async function discard({ body }: Response, abort: AbortController): Promise<void> {
  abort.abort()
  await body?.cancel().catch(() => {})
}

/** Resolves when the stream has ended, for any reason. Ignores the messages of the server. */
async function drained(response: Response): Promise<void> {
  await response.text().catch(() => '')
}
