import type { PlanIssue } from '../../model/errors.ts'
import { foreignKeys } from '../../model/foreign-keys.ts'
import { isRecord, oneOf, positive, readKeys, text, wholeFrom, withRemedy } from '../../model/readers.ts'
import { readIgnore } from '../ignored-messages.ts'
import { checkReader } from '../check-reader.ts'
import { writtenBody } from '../request-body.ts'
import { contentRule, delimiterRemedy } from './framing.ts'
import type { FrameFormat } from './framing.ts'

const READERS = {
  name: text,
  weight: positive,
  read: oneOf(['text', 'json']),
  data: writtenBody,
  replies: wholeFrom(0),
  check: checkReader({}, "{ bodyExcludes: '-ERR' }"),
  ignore: readIgnore,
}

/** Returns all issues of a request for this framing. `key` is the path of the request in the plan. */
export function requestIssues(format: FrameFormat, request: unknown, key: string): readonly PlanIssue[] {
  if (!isRecord(request)) {
    return [{ key, value: request, rule: 'must be an object', remedy: `write ${key}: { data: 'PING' }` }]
  }
  const issues: PlanIssue[] = []
  const read = readKeys(
    READERS,
    request,
    { prefix: `${key}.`, noun: 'a key of a TCP request', explain: foreignKeys.message },
    issues,
  )
  const rule = read.data === undefined ? undefined : contentRule(format, read.data)
  if (read.data !== undefined && rule !== undefined) {
    const remedy = format.delimiter.length > 0 ? delimiterRemedy(format, read.data) : undefined
    issues.push({ key: `${key}.data`, value: read.data, rule, ...withRemedy(remedy) })
  }
  if (format.untilClose && read.replies !== undefined && read.replies !== 1) {
    const rule1 = "must be 1 with framing 'until-close': all bytes are one response"
    issues.push({ key: `${key}.replies`, value: read.replies, rule: rule1 })
  }
  if (format.untilClose && request['ignore'] !== undefined) {
    const value = request['ignore']
    issues.push({
      key: `${key}.ignore`,
      value,
      rule: "cannot be used with framing 'until-close': all bytes are one response",
    })
  }
  if (read.replies === 0 && request['data'] === undefined) {
    issues.push({ key: `${key}.data`, value: undefined, rule: 'is required when `replies` is 0' })
  }
  for (const name of ['read', 'check'] as const) {
    if (read.replies !== 0 || read[name] === undefined) continue
    issues.push({ key: `${key}.${name}`, value: read[name], rule: 'needs a response, but `replies` is 0' })
  }
  return issues
}
