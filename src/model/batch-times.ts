/**
 * The times of the requests in each batch, as a result has them: one histogram per batch, or, in an artifact, all of
 * them packed into one text. The text says only which batch each value belongs to; the values are those of the
 * histogram of all batches together, which a result contains anyway.
 *
 * The text of many values is shortened: neighbouring buckets form groups, and it says how many values of a group belong
 * to each batch. The batches then still add up to the whole histogram, and a value moves within its group only.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { BatchTimes, JudgedFigures, LatencyName } from './figures.ts'
import { decodeHdr, encodeHdr } from './hdr-codec.ts'
import type { SparseHistogram } from './hdr.ts'
import { sum } from './sum.ts'

/** Length of a text, in characters, above which its groups become twice as wide. */
const LONG = 1_200
/** Groups of up to 2⁶ buckets, each at most 0.1% wide. */
const MAX_LEVEL = 6

/** Returns one histogram per batch; nothing if the figures have no such times. */
export function batchHistograms(figures: JudgedFigures, name: LatencyName): readonly SparseHistogram[] {
  const times = figures.batches[name] ?? []
  return typeof times === 'string' ? unpack(times, figures, name) : times.map(decodeHdr)
}

/** Returns the encoded histograms, one per batch. */
export function batchTexts(figures: JudgedFigures, name: LatencyName): readonly string[] {
  const times = figures.batches[name] ?? []
  return typeof times === 'string' ? unpack(times, figures, name).map(encodeHdr) : times
}

/** Returns the times as one text; unchanged if the batches do not add up to the histogram of the figures. */
export function packBatchTimes(figures: JudgedFigures, name: LatencyName): BatchTimes {
  const times = figures.batches[name] ?? []
  if (typeof times === 'string' || times.length === 0) return times
  const batches = times.map(decodeHdr)
  const whole = decodeHdr(figures[name].histogram ?? '')
  if (!addUp(batches, whole)) return times
  for (let level = 0; ; level++) {
    const text = textOf(batches, level)
    if (text.length <= LONG || level === MAX_LEVEL) return text
  }
}

function addUp(batches: readonly SparseHistogram[], whole: SparseHistogram): boolean {
  const left = new Map(Array.from(whole.buckets, (bucket, i) => [bucket, whole.counts[i] ?? 0]))
  for (const { buckets, counts } of batches) {
    for (let i = 0; i < buckets.length; i++) {
      const bucket = buckets[i] ?? 0
      left.set(bucket, (left.get(bucket) ?? 0) - (counts[i] ?? 0))
    }
  }
  return [...left.values()].every((count) => count === 0)
}

/** A batch, and its number of values in a group. */
type Share = [batch: number, count: number]

/** Writes the level, then for each group in ascending order the distances between its batches, then the counts. */
function textOf(batches: readonly SparseHistogram[], level: number): string {
  const distances: number[] = []
  const counts: number[] = []
  for (const [, shares] of sharesByGroup(batches, level)) {
    let before = 0
    for (const [batch, count] of shares) {
      writeNumber(distances, batch - before)
      writeNumber(counts, count)
      before = batch
    }
  }
  const head: number[] = []
  writeNumber(head, level)
  writeNumber(head, distances.length)
  return deflateRawSync(Uint8Array.from([...head, ...distances, ...counts]), { level: 9 }).toString('base64')
}

function sharesByGroup(batches: readonly SparseHistogram[], level: number): readonly (readonly [number, Share[]])[] {
  const groups = new Map<number, Share[]>()
  for (const [batch, { buckets, counts }] of batches.entries()) {
    for (let i = 0; i < buckets.length; i++) {
      const group = (buckets[i] ?? 0) >> level
      const shares = groups.get(group) ?? []
      const last = shares.at(-1)
      if (last?.[0] === batch) last[1] += counts[i] ?? 0
      else shares.push([batch, counts[i] ?? 0])
      groups.set(group, shares)
    }
  }
  return [...groups].toSorted(([a], [b]) => a - b)
}

/** Throws if the text was not packed with the histogram of these figures. */
function unpack(text: string, figures: JudgedFigures, name: LatencyName): readonly SparseHistogram[] {
  const numbers = new NumberReader(inflateRawSync(Buffer.from(text, 'base64')))
  const level = numbers.next()
  const distances = numbers.part(numbers.next())
  const histograms = figures.batches.successes.map(() => ({ buckets: [] as number[], counts: [] as number[] }))
  for (const { buckets, counts } of groupsOf(decodeHdr(figures[name].histogram ?? ''), level)) {
    const shares: Share[] = []
    for (let left = sum(counts); left > 0; left -= shares.at(-1)?.[1] ?? 0) {
      shares.push([(shares.at(-1)?.[0] ?? 0) + distances.next(), numbers.next()])
      const [batch, count] = shares.at(-1) ?? [0, 0]
      if (count === 0 || batch >= histograms.length) {
        throw new TypeError(`batches.${name} does not belong to the histogram of ${name}`)
      }
    }
    for (const [i, bucket] of buckets.entries()) {
      for (const [batch, count] of takeFrom(shares, counts[i] ?? 0, bucket)) {
        histograms[batch]?.buckets.push(bucket)
        histograms[batch]?.counts.push(count)
      }
    }
  }
  return histograms
}

interface Group {
  readonly buckets: number[]
  readonly counts: number[]
}

function groupsOf({ buckets, counts }: SparseHistogram, level: number): readonly Group[] {
  const groups = new Map<number, Group>()
  for (let i = 0; i < buckets.length; i++) {
    const bucket = buckets[i] ?? 0
    const group = groups.get(bucket >> level) ?? { buckets: [], counts: [] }
    group.buckets.push(bucket)
    group.counts.push(counts[i] ?? 0)
    groups.set(bucket >> level, group)
  }
  return [...groups.values()]
}

const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2

/**
 * Takes `count` values of a bucket from the batches of its group, evenly, and returns how many come from each. The
 * first place depends on the bucket, so that no batch gets the small values of all groups.
 */
function takeFrom(shares: Share[], count: number, bucket: number): readonly Share[] {
  const all = sum(shares.map(([, each]) => each))
  const start = (bucket * GOLDEN_RATIO) % 1
  let before = 0
  let taken = 0
  const took: Share[] = []
  for (const share of shares) {
    before += share[1]
    const upTo = before === all ? count : Math.floor((count * before) / all + start)
    const here = Math.min(share[1], upTo - taken)
    taken += here
    share[1] -= here
    if (here > 0) took.push([share[0], here])
  }
  return took
}

/** Writes a whole number of 0 or more, 7 bits per byte, the lowest first; the highest bit marks that more follow. */
function writeNumber(bytes: number[], value: number): void {
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80)
  bytes.push(rest)
}

class NumberReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Returns the next number; 0 after the last one. */
  next(): number {
    let value = 0
    for (let factor = 1; ; factor *= 0x80) {
      const byte = this.#bytes[this.#at++] ?? 0
      value += (byte % 0x80) * factor
      if (byte < 0x80) return value
    }
  }

  /** Returns a reader of the next bytes, and skips them. */
  part(length: number): NumberReader {
    return new NumberReader(this.#bytes.subarray(this.#at, (this.#at += length)))
  }
}
