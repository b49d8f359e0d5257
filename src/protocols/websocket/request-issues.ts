import type { Body } from '../../model/body.ts'
import type { PlanIssue } from '../../model/errors.ts'
import { foreignKeys } from '../../model/foreign-keys.ts'
import { flag, isRecord, oneOf, positive, readKeys, text, wholeFrom } from '../../model/readers.ts'
import { readIgnore } from '../ignored-messages.ts'
import { checkReader } from '../check-reader.ts'
import { isMadeByFunction, writtenBody } from '../request-body.ts'

const READERS = {
  name: text,
  weight: positive,
  read: oneOf(['text', 'json']),
  data: writtenBody,
  replies: wholeFrom(0),
  correlate: oneOf(['order', 'id']),
  check: checkReader({}, "{ json: { path: 'errors', absent: true } }"),
  ignore: readIgnore,
  ping: flag,
}

/** Returns every issue in a WebSocket request as its author wrote it. `key`: path of the request in the plan. */
export function requestIssues(request: unknown, key: string): readonly PlanIssue[] {
  if (!isRecord(request)) {
    return [{ key, value: request, rule: 'must be an object', remedy: `write ${key}: { data: 'hello' }` }]
  }
  const issues: PlanIssue[] = []
  const read = readKeys(
    READERS,
    request,
    { prefix: `${key}.`, noun: 'a key of a WebSocket request', explain: foreignKeys.message },
    issues,
  )
  if (read.ping === true) {
    for (const name of ['data', 'replies', 'correlate', 'read', 'check'] as const) {
      const value = request[name]
      if (value !== undefined) issues.push({ key: `${key}.${name}`, value, rule: 'cannot be combined with `ping`' })
    }
    return issues
  }
  if (read.replies === 0 && request['data'] === undefined) {
    const remedy = 'write the data to send, or the number of messages to wait for'
    issues.push({ key: `${key}.replies`, value: 0, rule: 'must be at least 1 when no `data` is sent', remedy })
  }
  for (const name of ['read', 'check'] as const) {
    if (read.replies !== 0 || read[name] === undefined) continue
    issues.push({ key: `${key}.${name}`, value: read[name], rule: 'needs a response, but `replies` is 0' })
  }
  if (read.correlate === 'id') issues.push(...idIssues(request['data'], read.data, `${key}.data`))
  return issues
}

/** `data`: the value that was read; undefined when it is invalid. */
function idIssues(value: unknown, data: Body | undefined, key: string): readonly PlanIssue[] {
  const rule = "must be a JSON object, so that `correlate: 'id'` can give it an id"
  if (value === undefined || isMadeByFunction(data)) return [{ key, value, rule }]
  if (typeof data !== 'string' && !(data instanceof Uint8Array)) return []
  const json = typeof data === 'string' ? data : Buffer.from(data).toString('utf8')
  // A template may replace a number, so the data is valid JSON only when it is sent.
  const template = json.indexOf('{{')
  return (template >= 0 && json.includes('}}', template)) || isJsonObject(json) ? [] : [{ key, value, rule }]
}

function isJsonObject(json: string): boolean {
  try {
    return isRecord(JSON.parse(json))
  } catch {
    return false
  }
}
