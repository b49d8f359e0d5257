import type { PlanIssue } from '../../model/errors.ts'
import { nearestName } from '../../model/nearest-name.ts'
import { flag, isRecord, oneOf, readKeys, text, wholeFrom, withRemedy } from '../../model/readers.ts'
import type { Reader } from '../../model/readers.ts'
import type { Framing } from './framing.ts'

export interface TcpOptions {
  /** How the byte stream is divided into messages. Default `newline`. */
  readonly framing?: Framing
  /** Maximum number of requests in flight per connection. The server must answer in request order. Default 1. */
  readonly maxInFlight?: number
}

const NAMES = ['newline', 'until-close'] as const
const RULE = "must be 'newline', 'until-close', { length }, { delimiter } or { fixed }"

const prefixSize: Reader<number> = (value, key, issues) => {
  if (value === 1 || value === 2 || value === 4) return value
  issues.push({ key, value, rule: 'must be 1, 2 or 4, the size of the prefix in bytes' })
  return undefined
}

/** Keys of each framing object. The key that identifies the framing comes first. */
const READERS: readonly (readonly [name: string, readers: Readonly<Record<string, Reader<unknown>>>])[] = [
  ['length', { length: prefixSize, endian: oneOf(['big', 'little']), includesPrefix: flag }],
  ['delimiter', { delimiter: text }],
  ['fixed', { fixed: wholeFrom(1) }],
]

const framing: Reader<unknown> = (value, key, issues) => {
  if (NAMES.some((name) => name === value)) return value
  const found = isRecord(value) ? READERS.find(([name]) => value[name] !== undefined) : undefined
  if (isRecord(value) && found !== undefined) {
    const [name, readers] = found
    return readKeys(readers, value, { prefix: `${key}.`, noun: `a key of framing by ${name}` }, issues)
  }
  const meant = typeof value === 'string' ? nearestName(value, NAMES) : undefined
  const remedy = meant === undefined ? undefined : `did you mean '${meant}'?`
  issues.push({ key, value, rule: RULE, ...withRemedy(remedy) })
  return undefined
}

export function optionIssues(options: Readonly<Record<string, unknown>>, key: string): readonly PlanIssue[] {
  const issues: PlanIssue[] = []
  const noun = { prefix: `${key}.`, noun: 'an option of tcp' }
  const read = readKeys({ framing, maxInFlight: wholeFrom(1) }, options, noun, issues)
  if (options['framing'] === 'until-close' && read.maxInFlight !== undefined && read.maxInFlight > 1) {
    const rule = "must be 1 with framing 'until-close': a connection carries one request"
    issues.push({ key: `${key}.maxInFlight`, value: read.maxInFlight, rule })
  }
  return issues
}
