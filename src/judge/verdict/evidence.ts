import { optionWords } from '../../wording/option-words.ts'
import type { Distribution, Figures, JudgedFigures } from '../../model/figures.ts'
import { MISLEADING_DOUBTS } from '../../model/doubt.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Ms } from '../../model/units.ts'
import type { VerdictValue } from '../../model/verdict.ts'
import { dropHints } from '../../wording/drop-hints.ts'
import { errorHints } from '../../wording/error-hints.ts'
import { histogramOf, percentileOf } from './latencies.ts'
import type { JudgedTime, LatencyOf } from './percentile-share.ts'
import {
  formatCount,
  formatMs,
  formatPercent,
  formatPercentile,
  formatPlural,
  formatRate,
  formatNumber,
} from '../../wording/figures.ts'

/** Unit that the figures count. */
export interface Counted {
  readonly one: string
  readonly many: string
  readonly rate: string
}

const REQUESTS: Counted = { one: 'request', many: 'requests', rate: 'req/s' }
const JOURNEYS: Counted = { one: 'journey', many: 'journeys', rate: 'journeys/s' }

export function countedIn(figures: JudgedFigures, run: LoadResult): Counted {
  return figures === run.journeys ? JOURNEYS : REQUESTS
}

/**
 * Names the part of the run that the figures describe, as a suffix such as ` of phase "burst"`; empty for the whole
 * run.
 */
export function partOf(figures: JudgedFigures, run: LoadResult): string {
  if (figures === run.journeys) return ' of the journeys'
  const named = (parts: Readonly<Record<string, JudgedFigures>>): string | undefined =>
    Object.keys(parts).find((name) => parts[name] === figures)
  const phase = named(run.phases)
  if (phase !== undefined) return ` of phase "${phase}"`
  const operation = named(run.operations)
  return operation === undefined ? '' : ` of operation "${operation}"`
}

/** Example: "offered 500 req/s, achieved 499 req/s, 0 dropped, 3 errors (connect 3)". */
export function describeLoad(figures: JudgedFigures, run: LoadResult): string {
  const { offeredRps, achievedRps, dropped, errors } = figures
  const { rate } = countedIn(figures, run)
  const offered =
    run.arrivals === 'closed' ? `${run.plan.concurrency ?? 0} in flight` : `offered ${formatRate(offeredRps, rate)}`
  return `${offered}, achieved ${formatRate(achievedRps, rate)}, ${formatDropped(figures, dropped)}, ${formatErrors(figures, errors)}`
}

function formatDropped({ droppedByReason }: Figures, dropped: number): string {
  return `${formatCount(dropped)} dropped${formatKinds(droppedByReason)}`
}

/** Example: "3 errors (connect 3)". */
export function formatErrors({ errorsByClass }: Figures, errors: number): string {
  const counts = Object.entries(errorsByClass).map(([name, { count }]) => [name, count])
  return `${formatPlural(errors, 'error')}${formatKinds(Object.fromEntries(counts))}`
}

function formatKinds(counts: Readonly<Record<string, number>>): string {
  const kinds = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${formatCount(count)}`)
  return kinds.length === 0 ? '' : ` (${kinds.join(', ')})`
}

const CLASSES_SHOWN = 3

/** Returns the message of the first error in each of the most frequent classes, then hints. */
export function evidenceOfErrors(figures: Figures): readonly string[] {
  return [
    ...Object.entries(figures.errorsByClass)
      .toSorted(([, a], [, b]) => b.count - a.count)
      .slice(0, CLASSES_SHOWN)
      .map(([name, { count, first }]) => `${name} ${formatCount(count)}, first error: ${first}`),
    ...errorHints(figures).map((hint) => `→ ${hint}`),
  ]
}

/** Returns why requests were dropped and what to do, one line per reason. */
export function describeDrops(figures: Figures, run: LoadResult): readonly string[] {
  return dropHints(figures, run).map((hint) => `→ ${hint}`)
}

/** Example: "seed 8f2c1e, rerun with LOAD_SEED=8f2c1e". */
export function describeSeed({ seed }: LoadResult): string {
  return `seed ${seed}, rerun with ${optionWords({ plan: `LOAD_SEED=${seed}`, command: `--seed ${seed}` })}`
}

/** Returns one line per doubt of the result that concerns the verdict: a pass keeps those about what was measured. */
export function describeDoubts({ generator }: LoadResult, verdict: VerdictValue): readonly string[] {
  return generator.doubts
    .filter(({ code }) => verdict !== 'pass' || MISLEADING_DOUBTS.has(code))
    .map(({ message }) => `doubt: ${message}`)
}

/** A figure of a latency that a verdict judges. `diagnose` compares the parts of a response time by the same figure. */
export interface LatencyFigure {
  readonly name: string
  of(distribution: Distribution): Ms | undefined
}

export const MEAN: LatencyFigure = { name: 'mean', of: ({ meanMs }) => meanMs }
export const MAXIMUM: LatencyFigure = { name: 'maximum', of: ({ maxMs }) => maxMs }

export function percentileFigure(percentile: number): LatencyFigure {
  return {
    name: formatPercentile(percentile),
    of: (distribution) => percentileOf({ histogram: histogramOf(distribution), unanswered: 0 }, percentile),
  }
}

export interface JudgedLatency {
  readonly figure: LatencyFigure
  readonly limitMs: Ms
  readonly of: LatencyOf
}

/** Minimum share of a response time at which `diagnose` names a part of it as the cause. */
const CAUSE = 0.25
/** Schedule lag up to which the generator is on time: a timer is not more exact. */
const LATE_MS = 1
/** Share of the run up to which a full pool made only few requests wait. */
const FULL = 0.01

/**
 * Describes what made a latency fail: the slowest part of the response time, or the requests without a response if the
 * others are below the limit; and whether the limit was probably meant in seconds.
 */
export function diagnose(figures: JudgedFigures, run: LoadResult, judged: JudgedLatency): readonly string[] {
  const { figure, limitMs, of } = judged
  // A mean that fails does not count requests without a response.
  const silent = figure === MEAN ? [] : withoutResponse(figures, run, of)
  const isInSeconds = limitMs < 1 && (figures.responseTime.p50Ms ?? 0) > limitMs
  return [
    ...(silent.length > 0 && !isOver(figures, judged) ? [] : slowestPart(figures, run, judged)),
    ...silent,
    ...(isInSeconds
      ? [`limits are in milliseconds: write ${formatNumber(limitMs * 1_000)} for ${formatNumber(limitMs)} s`]
      : []),
  ]
}

/** Whether the requests with a response are over the limit by themselves. */
function isOver({ responseTime, serviceTime }: Figures, { figure, limitMs, of }: JudgedLatency): boolean {
  return (figure.of(of === 'service' ? serviceTime : responseTime) ?? 0) >= limitMs
}

function slowestPart(
  figures: JudgedFigures,
  run: LoadResult,
  { figure, limitMs, of }: JudgedLatency,
): readonly string[] {
  const at = (distribution: Distribution): Ms => figure.of(distribution) ?? 0
  const word = (ms: Ms): string => `${figure.name} ${formatMs(ms)} ms`
  if (figures.responseTime.count === 0) return []
  const responseMs = at(figures.responseTime)
  const serviceMs = at(figures.serviceTime)
  const lagMs = at(figures.scheduleLag)
  const queueMs = at(figures.queueTime)
  // A target that is over the limit by itself is the cause, however late the generator was.
  if (lagMs > LATE_MS && lagMs > CAUSE * responseMs && serviceMs < limitMs) {
    return [`schedule lag ${word(lagMs)}: the generator sent requests late`]
  }
  const service = `service time ${word(serviceMs)}`
  // The service time of a request does not contain its wait.
  if (of === 'service' || queueMs <= CAUSE * responseMs) return [`${service}: the target itself was slow`]
  return [`${service}: ${waitFor(figures, run, queueMs, at(figures.connectTime), word)}`]
}

/**
 * Describes the requests without a response, if there are any. A request that was never sent has only a response time.
 */
export function withoutResponse(figures: JudgedFigures, run: LoadResult, of: JudgedTime): readonly string[] {
  const silent = figures.unanswered - (of === 'response' ? 0 : figures.dropped)
  if (silent === 0) return []
  const { one } = countedIn(figures, run)
  return [`${formatPlural(silent, one)} without a response ${silent === 1 ? 'counts' : 'count'} as over every limit`]
}

function waitFor(
  { connectTime }: Figures,
  { pool, plan }: LoadResult,
  queueMs: Ms,
  connectMs: Ms,
  word: (ms: Ms) => string,
): string {
  if (connectTime.count > 0 && connectMs > queueMs / 2 && plan.connection === 'short-lived') {
    return `requests waited for their connections to open (connect time ${word(connectMs)})`
  }
  if (pool.fullRatio > FULL) {
    return `requests waited for a free connection (pool of ${pool.size} was full ${formatPercent(pool.fullRatio)} of the time)`
  }
  return `requests waited to be sent (queue time ${word(queueMs)})`
}
