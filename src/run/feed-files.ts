import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { LoadPlanError, type PlanIssue } from '../model/errors.ts'
import { formatCount } from '../wording/figures.ts'
import type { ResolvedFeed } from '../plan/resolved-plan.ts'
import { nearestName } from '../model/nearest-name.ts'
import { withRemedy } from '../model/readers.ts'
import { learnFeed } from '../model/text/clean.ts'
import { fieldsOf } from '../traffic/feeds/index.ts'
import type { FeedRecord, LoadedFeed } from '../traffic/feeds/index.ts'
import { parseFeed } from '../traffic/feeds/parse.ts'

/**
 * Loads the records of every feed of a plan. `positions` returns how many records of a `unique` feed the run will use,
 * including warm-up; Infinity if that is unknown.
 * Rejects with `LoadPlanError`, which lists every invalid file and feed.
 */
export async function loadFeeds(
  feeds: Readonly<Record<string, ResolvedFeed>>,
  positions: () => number,
): Promise<Readonly<Record<string, LoadedFeed>>> {
  const issues: PlanIssue[] = []
  const read = Object.entries(feeds).map(async ([name, { source, pick, secret }]) => {
    const key = `feeds.${name}`
    const records = 'records' in source ? source.records : await readRecords(source.file, `${key}.file`, issues)
    if (records !== undefined && pick === 'unique') issues.push(...shortage(records.length, positions(), key))
    const loaded = { records: records ?? [], pick, secret }
    learnFeed(loaded.records, secret)
    if (records !== undefined) issues.push(...misnamed(loaded, `${key}.secret`))
    return [name, loaded] as const
  })
  const loaded = await Promise.all(read)
  if (issues.length > 0) throw new LoadPlanError(issues)
  return Object.fromEntries(loaded)
}

/** Resolves a relative path from the working directory of the run. */
async function readRecords(file: string, key: string, issues: PlanIssue[]): Promise<readonly FeedRecord[] | undefined> {
  const path = resolve(file)
  let bytes: Uint8Array
  try {
    bytes = await readFile(path)
  } catch (error) {
    issues.push({ key, value: file, ...unreadable(path, error) })
    return undefined
  }
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    issues.push({ key, value: file, rule: `must be text in UTF-8, and ${path} is not` })
    return undefined
  }
  const parsed = await parseFeed(text, path)
  if ('records' in parsed) return parsed.records
  issues.push({ key, value: file, rule: parsed.rule, ...withRemedy(parsed.remedy) })
  return undefined
}

function unreadable(path: string, error: unknown): { readonly rule: string; readonly remedy?: string } {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  const rule = `must be a readable file: ${path} ${code === 'ENOENT' ? 'does not exist' : `failed with ${code}`}`
  return { rule, remedy: "write new URL('./users.csv', import.meta.url) for a file next to the test" }
}

/** A misspelt field would stay visible. */
function misnamed(feed: LoadedFeed, key: string): readonly PlanIssue[] {
  if (typeof feed.secret === 'boolean') return []
  const fields = fieldsOf(feed)
  return feed.secret
    .filter((name) => !fields.includes(name))
    .map((name) => {
      const meant = nearestName(name, fields)
      const issue = { key, value: name, rule: 'must name fields of the records' }
      return meant === undefined ? issue : Object.assign(issue, { remedy: `did you mean '${meant}'?` })
    })
}

function shortage(have: number, needed: number, key: string): readonly PlanIssue[] {
  const remedy = "write pick: 'sequential', which starts again after the last record"
  if (needed === Number.POSITIVE_INFINITY) {
    const rule = 'cannot be unique together with `concurrency`: the number of requests is not known in advance'
    return [{ key: `${key}.pick`, value: 'unique', rule, remedy }]
  }
  if (have >= needed) return []
  const rule = `must have ${formatCount(needed)} records, one for each arrival, because pick is 'unique'`
  return [{ key, value: have, rule, remedy: `add ${formatCount(needed - have)} records, or ${remedy}` }]
}
