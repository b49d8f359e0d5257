import type { CsvError } from 'csv-parse/sync'
import type { FeedFormat } from '../../model/feed.ts'
import { isRecord } from '../../model/readers.ts'

/** One record: values by field name. CSV values are strings; JSON values keep their type. */
export type FeedRecord = Readonly<Record<string, unknown>>

/**
 * Why a text is not a valid feed: the broken rule and its place. The message never shows the text, because records can
 * contain passwords.
 */
export interface FeedMistake {
  readonly rule: string
  readonly remedy?: string
}

export type ParsedFeed = { readonly records: readonly FeedRecord[] } | FeedMistake

const PARSERS: Readonly<Record<FeedFormat, (text: string) => ParsedFeed | Promise<ParsedFeed>>> = {
  json: fromJson,
  ndjson: fromLines,
  jsonl: fromLines,
  csv: fromCsv,
}

/** Parses the text of a file by the extension of its name. A valid feed has at least one record. */
export async function parseFeed(text: string, fileName: string): Promise<ParsedFeed> {
  const format = fileName.slice(fileName.lastIndexOf('.') + 1).toLowerCase() as FeedFormat
  const parsed = await PARSERS[format](text.replace(/^\u{feff}/u, ''))
  return 'records' in parsed && parsed.records.length === 0 ? { rule: 'must contain at least one record' } : parsed
}

function fromJson(text: string): ParsedFeed {
  const { json, unfinished } = parsedJson(text)
  if (json === undefined) return { rule: `must be JSON: ${unfinished ? 'its end is missing' : firstBadLine(text)}` }
  if (!Array.isArray(json)) return { rule: 'must be an array of objects', remedy: 'write [{ … }, { … }]' }
  const wrong = json.findIndex((item) => !isRecord(item))
  return wrong === -1 ? { records: json } : { rule: `must be an array of objects: item ${wrong + 1} is not an object` }
}

/**
 * A JSON string cannot span lines, so the first lines of a text are invalid JSON only if one of them is wrong;
 * otherwise they are merely incomplete.
 */
function firstBadLine(text: string): string {
  const lines = text.split('\n')
  let [good, bad] = [0, lines.length]
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1
    const { json, unfinished } = parsedJson(lines.slice(0, middle).join('\n'))
    if (json !== undefined || unfinished) good = middle
    else bad = middle
  }
  return `line ${bad} is invalid`
}

/** `unfinished` is true if the text is valid so far but incomplete. */
function parsedJson(text: string): { readonly json?: unknown; readonly unfinished: boolean } {
  try {
    return { json: JSON.parse(text), unfinished: false }
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    const position = Number(/at position (\d+)/.exec(message)?.[1])
    return { unfinished: message.includes('end of JSON input') || position >= text.trimEnd().length }
  }
}

function fromLines(text: string): ParsedFeed {
  const records: FeedRecord[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const { json } = parsedJson(line)
    if (!isRecord(json)) return { rule: `must have a JSON object on each line: line ${index + 1} is not one` }
    records.push(json)
  }
  return { records }
}

async function fromCsv(text: string): Promise<ParsedFeed> {
  // Only few plans have a CSV file.
  const csv = await import('csv-parse/sync')
  let rows: readonly (readonly string[])[]
  try {
    rows = csv.parse(text, { bom: true, skip_empty_lines: true })
  } catch (error) {
    if (error instanceof csv.CsvError) return { rule: `must be CSV: ${csvMistake(error)}` }
    throw error
  }
  const [header = [], ...lines] = rows
  const names = header.map((name) => name.trim())
  const unnamed = names.indexOf('')
  if (unnamed !== -1) return { rule: `must name its fields in the first line: field ${unnamed + 1} has no name` }
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) return { rule: `must name its fields in the first line: '${twice}' occurs twice` }
  const [only = ''] = names
  if (names.length === 1 && /[;\t]/.test(only)) {
    return { rule: 'must be CSV: the fields are not separated by commas', remedy: 'separate them with commas' }
  }
  return { records: lines.map((line) => Object.fromEntries(names.map((name, field) => [name, line[field] ?? '']))) }
}

const CSV_MISTAKES: Readonly<Record<string, string>> = {
  CSV_RECORD_INCONSISTENT_FIELDS_LENGTH: 'has more or fewer fields than the first line',
  CSV_QUOTE_NOT_CLOSED: 'is the last one, and a quote is not closed',
  INVALID_OPENING_QUOTE: 'has a quote in an unquoted field; quote the field and write the quote as ""',
  CSV_INVALID_CLOSING_QUOTE: 'has text between a closing quote and the comma; write a quote inside a field as ""',
}

function csvMistake(error: CsvError): string {
  return `line ${String(error['lines'])} ${CSV_MISTAKES[error.code] ?? `has an error (${error.code})`}`
}
