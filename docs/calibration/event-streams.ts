/**
 * Compares the CPU time per event of our parser of event streams with that of `eventsource-parser`, for events that
 * arrive as bytes. The library parses strings, so a `TextDecoder` decodes them, as in its own `EventSourceParserStream`.
 * The rounds alternate.
 *
 *   npx node docs/calibration/event-streams.ts [rounds]
 *
 * Prints a Markdown table.
 */
import { createParser } from 'eventsource-parser'
import { EventStreamParser } from '../../src/protocols/framers/event-stream.ts'

const ROUNDS = Number(process.argv[2] ?? 41)
/** CPU time of a round: long against the resolution of the clock. */
const ROUND_MS = 20

interface Stream {
  readonly name: string
  readonly chunks: readonly Buffer[]
  readonly events: number
}

/** A JSON text of this length, with a character that is not ASCII if `isAscii` is false. */
const dataOf = (length: number, isAscii = true): string => `{"t":"${(isAscii ? 'x' : 'é').repeat(length - 8)}"}`

function stream(name: string, event: string, eventsPerChunk: number, chunkBytes = Infinity): Stream {
  const bytes = Buffer.from(event.repeat(eventsPerChunk))
  const chunks: Buffer[] = []
  for (let at = 0; at < bytes.length; at += chunkBytes) chunks.push(bytes.subarray(at, at + chunkBytes))
  return { name, chunks, events: eventsPerChunk }
}

const dataEvent = (length: number, isAscii = true): string => `data: ${dataOf(length, isAscii)}\n\n`
const mcpEvent = (length: number): string => `event: message\nid: 4711\ndata: ${dataOf(length)}\n\n`

const STREAMS: readonly Stream[] = [
  stream('20 B, one event per chunk', dataEvent(20), 1),
  stream('20 B, 1 000 events per chunk', dataEvent(20), 1_000),
  stream('20 B, CR LF, 1 000 events per chunk', dataEvent(20).replaceAll('\n', '\r\n'), 1_000),
  stream('100 B with type and id, one event per chunk', mcpEvent(100), 1),
  stream('1 kB, one event per chunk', dataEvent(1_000), 1),
  stream('1 kB, 60 events per chunk', dataEvent(1_000), 60),
  stream('1 kB, not ASCII, one event per chunk', dataEvent(1_000, false), 1),
  stream('1 MB, in chunks of 64 KiB', dataEvent(1_000_000), 1, 65_536),
]

type Parse = (chunk: Buffer) => void
let seen = 0

/** Parsers with the length of the data as their only result. */
const PARSERS: Readonly<Record<'ours' | 'counting' | 'library', () => Parse>> = {
  ours() {
    const parser = new EventStreamParser(({ data }) => void (seen += data.length))
    parser.begin()
    return (chunk) => parser.push(chunk, 0, chunk.length)
  },
  counting() {
    const parser = new EventStreamParser(() => void seen++, { keepData: false })
    parser.begin()
    return (chunk) => parser.push(chunk, 0, chunk.length)
  },
  library() {
    const decoder = new TextDecoder()
    const parser = createParser({ onEvent: ({ data }) => void (seen += data.length) })
    return (chunk) => parser.feed(decoder.decode(chunk, { stream: true }))
  },
}

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

/** Returns the CPU time per event in µs. */
function measure(parse: Parse, { chunks, events }: Stream, times: number): number {
  const startMs = cpuMs()
  for (let i = 0; i < times; i++) for (const chunk of chunks) parse(chunk)
  return ((cpuMs() - startMs) * 1_000) / (times * events)
}

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN

console.log('| event | ours, µs | without data, µs | `eventsource-parser`, µs | ours / library |')
console.log('| --- | ---: | ---: | ---: | ---: |')
for (const each of STREAMS) {
  const parsers = { ours: PARSERS.ours(), counting: PARSERS.counting(), library: PARSERS.library() }
  const names = Object.keys(parsers) as (keyof typeof parsers)[]
  // Compiles all three.
  for (const name of names) measure(parsers[name], each, Math.ceil(20_000 / each.events / each.chunks.length))
  const times = Math.max(1, Math.round((ROUND_MS * 1_000) / (measure(parsers.library, each, 50) * each.events)))
  const rounds = Array.from({ length: ROUNDS }, (_, round) => {
    const order = round % 2 === 0 ? names : names.toReversed()
    return Object.fromEntries(order.map((name) => [name, measure(parsers[name], each, times)]))
  })
  const of = (name: keyof typeof parsers): number => median(rounds.map((round) => round[name] ?? Number.NaN))
  const ratio = median(rounds.map(({ ours = Number.NaN, library = Number.NaN }) => ours / library))
  const cells = [of('ours'), of('counting'), of('library'), ratio].map((value) => value.toPrecision(3))
  console.log(`| ${[each.name, ...cells].join(' | ')} |`)
}
if (seen === 0) throw new Error('no parser found an event')
