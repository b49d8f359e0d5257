import type { ProbeFinding } from '../../../model/mcp-stress-findings.ts'
import { idNumber, messagesIn } from '../../../protocols/mcp/json-rpc.ts'
import { callOf } from '../../../protocols/mcp/request-encoding.ts'
import type { Probe } from './probe.ts'
import { askWithoutSession, openSession, type SessionMessage } from './session.ts'

const CALLS = 20
const AT_ONCE = 4

/** Replies with an id that their call did not send, which a client cannot match to a call. */
export const replyIds: Probe = {
  name: 'replies carry the id of their call',
  peakRps: 25,
  judgesReplies: true,
  async run({ prober, call, load }) {
    if (!prober.overHttp) {
      const { successes, unsolicited } = await load({ concurrency: AT_ONCE, duration: 500, request: call })
      return findingOf(unsolicited, successes + unsolicited)
    }
    const session = await openSession(prober)
    const ask = session?.ask ?? ((message: SessionMessage) => askWithoutSession(prober, message))
    const wrong: unknown[] = []
    let replies = 0
    for (let id = 1; id <= CALLS; id += AT_ONCE) {
      const ids = Array.from({ length: AT_ONCE }, (_, i) => id + i)
      const received = await Promise.all(
        ids.map(async (own) => repliedIds(await ask({ jsonrpc: '2.0', id: own, ...callOf(call) }))),
      )
      replies += received.flat().length
      wrong.push(...received.flatMap((found, i) => found.filter((each) => idNumber(each) !== ids[i])))
    }
    await session?.end()
    return findingOf(wrong.length, replies, wrong[0])
  },
}

function findingOf(wrong: number, replies: number, example?: unknown): Omit<ProbeFinding, 'name'> {
  if (replies === 0) return { verdict: 'invalid', evidence: 'no call was answered' }
  if (wrong === 0) return { verdict: 'pass', evidence: `each of ${replies} replies had the id of its call` }
  const such = example === undefined ? '' : `, such as ${JSON.stringify(example)}`
  return { verdict: 'fail', evidence: `${wrong} of ${replies} replies had an id that their call did not send${such}` }
}

/**
 * Returns the ids of the replies in a response: JSON, or a stream of events. An error without an id is a reply, too.
 */
function repliedIds(body: string): readonly unknown[] {
  const texts = /^\s*[[{]/.test(body)
    ? [body]
    : body.split(/\r?\n/).flatMap((line) => (line.startsWith('data:') ? [line.slice('data:'.length)] : []))
  return texts
    .flatMap((text) => messagesIn(text) ?? [])
    .flatMap((message) => {
      if (!('result' in message || 'error' in message)) return []
      return message['id'] === undefined || message['id'] === null ? [] : [message['id']]
    })
}
