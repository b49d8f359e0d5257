import { FEED_FORMATS, TEMPLATE_WORDS } from '../model/feed.ts'
import { fileURLToPath } from 'node:url'
import type { ChosenFormat } from '../model/body.ts'
import { NOT_SHOWN, type PlanIssue } from '../model/errors.ts'
import { moduleHref } from './user-code.ts'
import { noDataIn } from './plain-data.ts'
import type { MessageSize, SizeName } from '../model/plan.ts'
import type { ResolvedFeed } from './resolved-plan.ts'
import type { Feed } from '../model/feed.ts'
import { anyValue, isRecord, oneOf, positive, readKeys, wholeFrom, withRemedy } from '../model/readers.ts'
import type { Reader } from '../model/readers.ts'

export const readMessageFormat: Reader<ChosenFormat> = oneOf(['text', 'binary', 'mixed'])

export const readBatchSize: Reader<number> = wholeFrom(1)

/** A larger number of bytes is more likely a mistake than intended. */
const MAX_BYTES = 2 ** 30
const readBytes = wholeFrom(1, MAX_BYTES)
const SIZE_NAMES = ['small', 'medium', 'large', 'mixed'] as const satisfies readonly SizeName[]
const readSizeName = oneOf(SIZE_NAMES, 'or a number of bytes, { from, to }, or [{ size, weight }, …]')

const RANGE_KEYS = { from: readBytes, to: readBytes, spread: oneOf(['log-uniform', 'uniform']) }

/** Reads the length of messages: a name, bytes, a range, or several of these with weights. */
export const readMessageSize: Reader<MessageSize> = (value, key, issues) => {
  if (typeof value === 'number') return readBytes(value, key, issues)
  if (Array.isArray(value)) return readSizes(value, key, issues)
  if (isRecord(value)) return readRange(value, key, issues)
  const bytes = typeof value === 'string' ? bytesMeant(value) : undefined
  if (bytes === undefined) return readSizeName(value, key, issues)
  issues.push({ key, value, rule: 'must be a number of bytes, or a name', remedy: `write ${key}: ${bytes}` })
  return undefined
}

function readRange(
  value: Readonly<Record<string, unknown>>,
  key: string,
  issues: PlanIssue[],
): MessageSize | undefined {
  const before = issues.length
  const { from, to, spread } = readKeys(RANGE_KEYS, value, { prefix: `${key}.`, noun: 'a key of a range' }, issues)
  for (const end of ['from', 'to'] as const) {
    if (value[end] !== undefined) continue
    const remedy = `write ${key}: { from: 1_024, to: 65_536 }`
    issues.push({ key: `${key}.${end}`, value: undefined, rule: 'must be given', remedy })
  }
  if (from !== undefined && to !== undefined && to <= from) {
    const remedy = to === from ? `write ${key}: ${from}` : undefined
    issues.push({
      key: `${key}.to`,
      value: to,
      rule: 'must be greater than `from`, because `to` is excluded',
      ...withRemedy(remedy),
    })
  }
  if (issues.length > before || from === undefined || to === undefined) return undefined
  return spread === undefined ? { from, to } : { from, to, spread }
}

function readSizes(value: readonly unknown[], key: string, issues: PlanIssue[]): MessageSize | undefined {
  const before = issues.length
  const example = "[{ size: 'small', weight: 9 }, { size: 'medium', weight: 1 }]"
  if (value.length === 0) {
    issues.push({ key, value, rule: 'must list at least one size', remedy: `write ${key}: ${example}` })
  }
  const sizes = value.map((item, index) => {
    const itemKey = `${key}[${index}]`
    if (!isRecord(item) || item['size'] === undefined || item['weight'] === undefined) {
      const rule = 'must be an object with `size` and `weight`'
      issues.push({ key: itemKey, value: item, rule, remedy: `write ${key}: ${example}` })
      return { size: 0, weight: 0 }
    }
    const keys = { size: readMessageSize, weight: positive }
    const { size = 0, weight = 0 } = readKeys(keys, item, { prefix: `${itemKey}.`, noun: 'a key of a size' }, issues)
    return { size, weight }
  })
  return issues.length > before ? undefined : sizes
}

const WITH_UNIT = /^\s*(\d+(?:\.\d+)?)\s*([kmg]?)i?b?\s*$/i
const UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 }

/** Returns the bytes of '64 KiB'. */
function bytesMeant(value: string): number | undefined {
  const [, amount, unit = ''] = WITH_UNIT.exec(value) ?? []
  return amount === undefined ? undefined : Math.round(Number(amount) * (UNITS[unit.toLowerCase()] ?? 1))
}

const FEED_KEYS = {
  file: anyValue,
  records: anyValue,
  pick: oneOf(['sequential', 'random', 'unique']),
  secret: readSecretFields,
} satisfies Readonly<Record<keyof Feed, Reader<unknown>>>

/** Reads feeds by the names that templates use. */
export const readFeeds: Reader<Readonly<Record<string, ResolvedFeed>>> = (value, key, issues) => {
  if (!isRecord(value)) {
    const remedy = `write ${key}: { user: { file: new URL('./users.csv', import.meta.url) } }`
    issues.push({ key, value: NOT_SHOWN, rule: 'must be an object of feeds', remedy })
    return undefined
  }
  const before = issues.length
  const feeds = Object.entries(value).map(([name, feed]) => {
    if (!/^[a-z_][\w-]*$/i.test(name)) {
      issues.push({ key, value: name, rule: 'must name feeds with letters, digits, - and _, starting with a letter' })
    } else if (TEMPLATE_WORDS.some((word) => word === name)) {
      issues.push({ key, value: name, rule: `cannot name a feed '${name}': {{${name}}} has another meaning` })
    }
    return [name, readFeed(feed, `${key}.${name}`, issues)] as const
  })
  return issues.length > before ? undefined : (Object.fromEntries(feeds) as Readonly<Record<string, ResolvedFeed>>)
}

function readFeed(value: unknown, key: string, issues: PlanIssue[]): ResolvedFeed | undefined {
  if (!isRecord(value) || value instanceof URL) {
    const meant = Array.isArray(value) ? 'a feed is { records: [ … ] }' : 'a feed is { file: … }'
    const shown = Array.isArray(value) ? NOT_SHOWN : value
    issues.push({ key, value: shown, rule: 'must be an object with `file` or `records`', remedy: meant })
    return undefined
  }
  const unknown = Object.keys(value).filter((name) => !Object.hasOwn(FEED_KEYS, name))
  const shown = { ...value, ...Object.fromEntries(unknown.map((name) => [name, NOT_SHOWN])) }
  const { pick = 'sequential', secret = false } = readKeys(
    FEED_KEYS,
    shown,
    { prefix: `${key}.`, noun: 'a key of a feed' },
    issues,
  )
  const { file, records } = value
  if ((file === undefined) === (records === undefined)) {
    const rule = `must have ${file === undefined ? '`file` or `records`' : 'either `file` or `records`, not both'}`
    issues.push({ key, value: NOT_SHOWN, rule })
    return undefined
  }
  if (file === undefined) {
    return holdsRecords(records, `${key}.records`, issues) ? { source: { records }, pick, secret } : undefined
  }
  const path = readFeedFile(file, `${key}.file`, issues)
  return path === undefined ? undefined : { source: { file: path }, pick, secret }
}

function readSecretFields(value: unknown, key: string, issues: PlanIssue[]): Feed['secret'] {
  if (typeof value === 'boolean') return value
  if (Array.isArray(value) && value.every((field) => typeof field === 'string')) return value
  issues.push({ key, value, rule: 'must be true, false or a list of fields', remedy: `write ${key}: ['password']` })
  return undefined
}

function readFeedFile(value: unknown, key: string, issues: PlanIssue[]): string | undefined {
  const href = moduleHref(value)
  const path = href === undefined ? value : localPath(href)
  if (typeof path === 'string' && FEED_FORMATS.some((format) => path.toLowerCase().endsWith(`.${format}`))) return path
  const rule =
    path === undefined
      ? 'must be a file on this machine'
      : 'must be a file whose name ends with .json, .ndjson, .jsonl or .csv'
  issues.push({ key, value: value instanceof URL ? value.href : value, rule })
  return undefined
}

/** Returns undefined for a file on another host, and where the decoded URL is not a valid path. */
function localPath(href: string): string | undefined {
  try {
    return fileURLToPath(href)
  } catch {
    return undefined
  }
}

/** Records may contain passwords, so an issue says which record is invalid and never shows its contents. */
function holdsRecords(
  value: unknown,
  key: string,
  issues: PlanIssue[],
): value is readonly Readonly<Record<string, unknown>>[] {
  const before = issues.length
  if (!Array.isArray(value) || value.length === 0) {
    const shown = Array.isArray(value) ? value : NOT_SHOWN
    issues.push({ key, value: shown, rule: 'must be a list of at least one object' })
    return false
  }
  const wrong = value.findIndex((record) => !isRecord(record))
  if (wrong !== -1) issues.push({ key: `${key}[${wrong}]`, value: NOT_SHOWN, rule: 'must be an object' })
  const noData = value.findIndex((record) => noDataIn(record) !== undefined)
  if (noData !== -1) {
    const rule = 'must be plain data: it is passed to the generator threads'
    issues.push({ key: `${key}[${noData}]`, value: NOT_SHOWN, rule })
  }
  return issues.length === before
}
