import { sum } from '../../model/sum.ts'
import type { Ms } from '../../model/units.ts'
import {
  formatCount,
  formatDuration,
  formatMsOrNone,
  formatNumber,
  formatPlural,
  formatRates,
} from '../../wording/figures.ts'
import { sparkline } from '../sparkline.ts'
import type { LoadPart, Progress } from './progress.ts'
import { courseOf, nameOf, toolWarning } from './progress-line.ts'

/** How a part of a line is shown, if not like other text. */
export type Tone = 'plain' | 'faint' | 'bad' | 'warning'

/** A part of a line, for a host to color. */
export interface LinePart {
  readonly text: string
  readonly tone: Tone
}

/** Seconds of the chart in a line. */
const MAX_HISTORY = 60

/** A running load, with the p99 of each of its last seconds. */
export interface FollowedLoad {
  readonly progress: Progress
  readonly p99s: readonly (Ms | null)[]
}

/** Adds a second to a load, or starts with it if it belongs to another load of the same test. */
export function followed(before: FollowedLoad | undefined, progress: Progress): FollowedLoad {
  const p99s = before?.progress.runId === progress.runId ? before.p99s : []
  return { progress, p99s: [...p99s, progress.p99Ms].slice(-MAX_HISTORY) }
}

/** From this width on, the figures have their words. */
const WIDE_COLUMNS = 120
const MIN_NAME = 10

/**
 * Returns one line about a running load that fits into `columns`: a bar, the time, the offered and the achieved rate,
 * percentiles of the last second, a chart of the p99, errors, requests in flight, and a warning if the tool is near its
 * own limit. The name takes the remaining columns.
 */
export function liveLine({ progress, p99s }: FollowedLoad, columns: number): readonly LinePart[] {
  const isWide = columns >= WIDE_COLUMNS
  const gap = isWide ? '  ' : ' '
  // Without the seconds before the first response, which would be a gap.
  const measured = p99s.slice(p99s.findIndex((ms) => ms !== null))
  const figures = isWide ? wideFigures(progress, measured) : narrowFigures(progress, measured)
  const parts = fitting(figures, gap, columns - MIN_NAME)
  const { part: _, ...whole } = progress
  const name = cut(nameOf(whole), columns - widthOf(parts, gap))
  return [{ text: name, tone: 'plain' }, ...parts.flatMap((part): LinePart[] => [{ text: gap, tone: 'plain' }, part])]
}

function wideFigures(progress: Progress, p99s: readonly (Ms | null)[]): readonly LinePart[] {
  const { offeredRps, throughputRps, p50Ms, p99Ms, errors, dropped, inFlight, part } = progress
  const failed =
    dropped > 0 ? `${formatPlural(errors, 'error')}, ${formatCount(dropped)} dropped` : formatPlural(errors, 'error')
  return [
    ...partOf(part, ' of '),
    { text: `${bar(progress, 12)} ${courseOf(progress)} s`, tone: 'plain' },
    { text: formatRates({ offered: offeredRps, achieved: throughputRps, unit: 'req/s' }), tone: 'plain' },
    { text: `p50 ${formatMsOrNone(p50Ms)}  p99 ${formatMsOrNone(p99Ms)} ms`, tone: 'plain' },
    { text: failed, tone: errors + dropped > 0 ? 'bad' : 'plain' },
    { text: `${formatCount(inFlight)} in flight`, tone: 'plain' },
    ...warningOf(progress),
    { text: sparkline(p99s, 16), tone: 'faint' },
    ...(part === undefined || part.leftMs === 0
      ? []
      : [{ text: `${formatDuration(part.leftMs)} left`, tone: 'faint' as const }]),
  ]
}

function narrowFigures(progress: Progress, p99s: readonly (Ms | null)[]): readonly LinePart[] {
  const { offeredRps, throughputRps, p50Ms, p99Ms, errors, dropped, inFlight, part } = progress
  const offered = offeredRps === null ? '' : `${formatNumber(offeredRps)}→`
  return [
    ...partOf(part, '/'),
    { text: `${bar(progress, 5)} ${courseOf(progress)}s`, tone: 'plain' },
    { text: `${offered}${formatNumber(throughputRps)}/s`, tone: 'plain' },
    { text: `p50 ${formatMsOrNone(p50Ms)} p99 ${formatMsOrNone(p99Ms)}`, tone: 'plain' },
    { text: `${formatCount(errors + dropped)} err`, tone: errors + dropped > 0 ? 'bad' : 'plain' },
    { text: `${formatCount(inFlight)} open`, tone: 'plain' },
    ...warningOf(progress).map(({ tone }) => ({ text: '!busy', tone })),
    { text: sparkline(p99s, 6), tone: 'faint' },
  ]
}

/** Returns the number of the part separately, because a name can be cut: `3 of ~14`. */
function partOf(part: LoadPart | undefined, between: string): readonly LinePart[] {
  if (part === undefined) return []
  return [{ text: `${part.number}${between}${part.isExact ? '' : '~'}${part.of}`, tone: 'plain' }]
}

function warningOf(progress: Progress): readonly LinePart[] {
  const text = toolWarning(progress)
  return text === undefined ? [] : [{ text, tone: 'warning' }]
}

function bar({ elapsedMs, plannedMs }: Progress, width: number): string {
  const filled = plannedMs > 0 ? Math.min(width, Math.round((width * elapsedMs) / plannedMs)) : width
  return '█'.repeat(filled) + '░'.repeat(width - filled)
}

/** Omits parts from the end until the rest fits. */
function fitting(parts: readonly LinePart[], gap: string, columns: number): readonly LinePart[] {
  let kept = parts.filter(({ text }) => text !== '')
  while (kept.length > 1 && widthOf(kept, gap) > columns) kept = kept.slice(0, -1)
  return kept
}

/** Returns the width of parts, each with a gap before it. */
function widthOf(parts: readonly LinePart[], gap: string): number {
  return sum(parts.map(({ text }) => gap.length + text.length))
}

/** Cuts a name in its middle, because both ends distinguish it from others. */
function cut(name: string, columns: number): string {
  if (name.length <= columns) return name
  const kept = Math.max(0, columns - 1)
  const head = Math.ceil(kept / 3)
  return `${name.slice(0, head)}…${name.slice(name.length - (kept - head))}`
}
