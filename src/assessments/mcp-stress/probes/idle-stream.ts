import { realDelay } from '../../../model/real-time.ts'
import type { Probe } from './probe.ts'
import { notApplicable } from './probe.ts'
import { openSession, type Session } from './session.ts'

/** A stream that is closed while idle, and refused when the client reconnects (409). */
export const idleStream: Probe = {
  name: 'an idle stream stays open or can be reopened',
  async run({ prober, idleMs }) {
    if (!prober.overHttp) return notApplicable('only HTTP has a stream separate from its calls')
    const session = await openSession(prober)
    if (session === undefined) return notApplicable('the server has no sessions')
    const hangUp = new AbortController()
    const first = await session.listen(hangUp.signal)
    if (first.status === 405) {
      await session.end()
      return notApplicable('the server has no stream to listen to (405)')
    }
    if (first.status !== 200) return { verdict: 'fail', evidence: `the stream was refused with ${first.status}` }
    const ended = drained(first)
    const cut = await Promise.race([ended.then(() => true), realDelay(idleMs).then(() => false)])
    if (!cut) hangUp.abort()
    // The server needs time to notice that the first stream is closed.
    await realDelay(100)
    const status = await statusAgain(session)
    await session.end()
    const how = cut ? `was cut within ${idleMs / 1_000} s` : `stayed open for ${idleMs / 1_000} s`
    if (status === 200) return { verdict: 'pass', evidence: `the idle stream ${how} and could be reopened` }
    return { verdict: 'fail', evidence: `the idle stream ${how}, and the server refused to reopen it with ${status}` }
  },
}

async function statusAgain(session: Session): Promise<number> {
  const abort = new AbortController()
  const again = await session.listen(abort.signal)
  abort.abort()
  await again.body?.cancel().catch(() => {})
  return again.status
}

/** Resolves when the stream has ended, for any reason. Ignores the messages of the server. */
async function drained(response: Response): Promise<void> {
  await response.text().catch(() => '')
}
