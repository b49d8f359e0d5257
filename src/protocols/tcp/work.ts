import { isGenerated, lengthOf } from '../../model/body.ts'
import type { Body } from '../../model/body.ts'
import { LoadPlanError } from '../../model/errors.ts'
import type { WorkRequests } from '../../model/protocol.ts'
import type { TcpRequest } from '../../model/requests.ts'
import { formatFault } from './framing.ts'
import type { FrameFormat } from './framing.ts'

/** Bytes up to this many are copied behind their verb rather than sent in two chunks. */
const COPIED_BYTES = 16 * 1024

/** What is longest before a body. */
export const VERB_BYTES: number = 'write '.length

/**
 * The work of an embedded target as frames. Throws `LoadPlanError` for bytes over a framing that cannot carry them: what
 * came back would end frames anywhere.
 */
export function workRequests(format: FrameFormat): WorkRequests<TcpRequest> {
  const carried = (messageFormat: 'text' | 'binary'): void => {
    const fault = formatFault(format, messageFormat, 'messageFormat')
    if (fault !== undefined) throw new LoadPlanError([fault])
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
