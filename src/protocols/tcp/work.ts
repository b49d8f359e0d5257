import { isGenerated, lengthOf } from '../../model/body.ts'
import type { Body } from '../../model/body.ts'
import { LoadPlanError } from '../../model/errors.ts'
import type { WorkRequests } from '../../model/protocol.ts'
import type { TcpRequest } from './request.ts'
import { formatIssue } from './framing.ts'
import type { FrameFormat } from './framing.ts'

/** Maximum body length that is copied behind its verb instead of being sent as a second chunk. */
const COPIED_BYTES = 16 * 1024

/** Maximum length of a verb before a body. */
export const VERB_BYTES: number = 'write '.length

/**
 * Returns the work requests of the embedded target as frames. Throws `LoadPlanError` for binary data when the framing
 * has a delimiter, because the data may contain it.
 */
export function workRequests(format: FrameFormat): WorkRequests<TcpRequest> {
  const carried = (messageFormat: 'text' | 'binary'): void => {
    const issue = formatIssue(format, messageFormat, 'messageFormat')
    if (issue !== undefined) throw new LoadPlanError([issue])
  }
  return {
    read(bytes, messageFormat) {
      carried(messageFormat)
      return { data: `read ${messageFormat} ${bytes}` }
    },
    write(body, messageFormat) {
      carried(messageFormat)
      return { data: behind('write ', body) }
    },
    echo(body, messageFormat) {
      carried(messageFormat)
      return { data: behind('echo ', body) }
    },
    stream(messages, bytes, messageFormat) {
      carried(messageFormat)
      const data = `stream ${messageFormat} ${messages} ${bytes}`
      return format.untilClose ? { data } : { data, replies: messages }
    },
  }
}

function behind(verb: string, body: Body): Body {
  if (typeof body === 'string') return verb + body
  const word = Buffer.from(verb)
  if (!isGenerated(body) && body.length <= COPIED_BYTES) return Buffer.concat([word, body])
  return {
    length: word.length + lengthOf(body),
    *chunks() {
      yield word
      if (isGenerated(body)) yield* body.chunks()
      else yield body
    },
  }
}
