import { notApplicable, type Probe } from './probe.ts'
import { HANGS_MS } from './prober.ts'
import { openSession, type Session } from './session.ts'

const ROUNDS = 20

/**
 * Simultaneous calls of two sessions with the same JSON-RPC id, as sent by clients that all count from 1: a server that
 * looks up the waiting call by id alone confuses them (CVE-2026-25536).
 */
export const equalIds: Probe = {
  name: 'equal ids of two clients are kept apart',
  peakRps: 50,
  judgesReplies: true,
  async run({ prober, echo, equalIds: isEnabled }) {
    if (!isEnabled) {
      return notApplicable(
        'disabled by default (equalIds: true enables it), because calls may hang on a server that fails it',
      )
    }
    if (echo === undefined) return notApplicable('no tool returns its input, which would identify a reply')
    if (!prober.overHttp) return notApplicable('two clients share a server only over HTTP')
    const sessions = await Promise.all([openSession(prober), openSession(prober)])
    const [one, other] = sessions
    if (one === undefined || other === undefined) return notApplicable('the server has no sessions')
    const ids = Array.from({ length: ROUNDS }, (_, round) => round + 1)
    const unlike = await mixedUp(one, other, ids, (id) => id + ROUNDS)
    const alike = await mixedUp(one, other, ids, (id) => id)
    await Promise.all([one.end(), other.end()])
    if (unlike > 0) {
      return notApplicable(`${unlike} replies did not reach the client that sent the call, although the ids differed`)
    }
    const evidence =
      alike === 0
        ? `${2 * ROUNDS} calls of two sessions, two at a time with the same id, got the right replies`
        : `of calls of two sessions, two at a time with the same id, ${alike} got the reply of the other call, or none within ${HANGS_MS / 1_000} s`
    return { verdict: alike === 0 ? 'pass' : 'fail', evidence }
  },
}

/**
 * Sends two simultaneous calls for each of the ids. Returns how many did not get their own reply. Stops after a call
 * that hangs.
 */
async function mixedUp(
  one: Session,
  other: Session,
  ids: readonly number[],
  otherId: (id: number) => number,
): Promise<number> {
  let wrong = 0
  for (const id of ids) {
    const replies = await Promise.all([echoed(one, id, `one ${id}`), echoed(other, otherId(id), `other ${id}`)])
    wrong += replies.filter((reply) => reply !== 'right').length
    if (replies.includes('hung')) break
  }
  return wrong
}

async function echoed(session: Session, id: number, text: string): Promise<'right' | 'wrong' | 'hung'> {
  const params = { name: 'echo', arguments: { message: text } }
  const received = await session.ask({ jsonrpc: '2.0', id, method: 'tools/call', params }).catch(() => undefined)
  if (received === undefined) return 'hung'
  return received.includes(text) ? 'right' : 'wrong'
}
