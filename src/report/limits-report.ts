import type { LimitsFindings, LimitTrial } from '../model/limits-findings.ts'
import type { Artifact, RunRecord } from '../model/record.ts'
import type { Ms, Rps } from '../model/units.ts'
import {
  formatDuration,
  formatLimit,
  formatMs,
  formatMsOrNone,
  formatNumber,
  formatPercent,
  formatRate,
} from '../wording/figures.ts'
import { doubtLines } from '../wording/doubts.ts'
import {
  adviceSentences,
  bottleneckSentence,
  certaintySentences,
  degradationSentence,
  levelSentence,
  limitSentence,
  recommendationSentence,
  recoverySentence,
} from './limits-sentences.ts'
import { labelled, section, wrap } from './page.ts'
import { textReport } from './text-report.ts'

/** `limits_report.txt`: the setup, the result, its confidence and recommendations, on one page of 80 columns. */
export const limitsReport: Artifact = textReport({
  fileName: 'limits_report.txt',
  suite: 'limits',
  result: limitSentence,
  body,
})

function body(run: RunRecord, findings: LimitsFindings): string[] {
  return [
    '',
    wrap(recommendationSentence(findings), 0),
    ...section('setup', [
      labelled('level', levelSentence(findings), 0),
      labelled('request', run.results[0]?.plan.request ?? 'unknown', 0),
      labelled('seed', run.results[0]?.seed ?? 'unknown', 0),
    ]),
    ...section('confidence', [
      ...certaintySentences(findings),
      ...findings.notes.map(({ message }) => message),
      ...doubtLines(run.results),
    ]),
    ...section('bottleneck', [
      bottleneckSentence(findings),
      ...findings.bottleneck.evidence.map(({ message }) => `- ${message}`),
    ]),
    ...section('beyond the limit', [degradationSentence(findings), recoverySentence(findings)]),
    ...section('steps', pointLines(findings)),
    ...section('trials', [], trialTable(findings.trials)),
    ...section('p99 by rate (logarithmic)', [], curve(findings)),
    ...section('recommendations', adviceSentences(findings)),
  ]
}

function pointLines({
  stableRps,
  degradationPointRps,
  failurePointRps,
  kneeRps,
  slo,
  trials,
  ended,
}: LimitsFindings): string[] {
  const steps = trials.filter(({ purpose }) => purpose === 'step').map((trial) => formatNumber(trial.rate))
  return [
    labelled(
      'steps',
      `${steps.join(', ')} req/s, ${ended === 'interrupted' ? 'until the interruption' : 'up to the first that failed'}`,
      0,
    ),
    labelled('stable', found(stableRps, 'no step passed'), 0),
    labelled('degrades', found(degradationPointRps, 'no step had a p99 above twice that of the first'), 0),
    labelled(
      'fails',
      found(failurePointRps, `no step had more than ${formatPercent(slo.errorRate)} errors or completed less than 90%`),
      0,
    ),
    labelled('knee', found(kneeRps, 'the p99 of these trials has no clear bend'), 0),
  ]
}

function found(rps: Rps | null, whyNot: string): string {
  return rps === null ? `not found: ${whyNot}` : formatRate(rps)
}

const HEADS = ['trial', 'arrivals', 'for', 'req/s', 'achieved', 'p50 ms', 'p99 ms', 'failed', 'verdict']
const WIDTHS = [9, -8, 7, 8, 9, 8, 8, 7, -12]

function trialTable(trials: readonly LimitTrial[]): string[] {
  const rows = trials.map((trial) => [
    trial.purpose,
    trial.arrivals,
    formatDuration(trial.durationMs),
    formatNumber(trial.rate),
    formatNumber(trial.achievedRps),
    formatMsOrNone(trial.p50Ms),
    formatMsOrNone(trial.p99Ms),
    formatPercent(trial.errorRate),
    trial.verdict,
  ])
  const lines = [HEADS, ...rows].map((cells) => cells.map(aligned).join(' ').trimEnd())
  const reasons = trials.flatMap((trial) =>
    trial.reasons.map(({ message }) => wrap(`- ${formatRate(trial.rate)} (${trial.purpose}): ${message}`, 0)),
  )
  return reasons.length === 0 ? lines : [...lines, '', ...reasons]
}

/** Pads words to the right and figures to the left. */
function aligned(text: string, column: number): string {
  const width = WIDTHS[column] ?? 0
  return width < 0 || column === 0 ? text.padEnd(Math.abs(width)) : text.padStart(width)
}

/** Bars of p99, for evenly spaced trials only; `|` marks the limit of the service level. */
function curve({ trials, slo }: LimitsFindings): string[] {
  const points = trials
    .filter((trial) => trial.arrivals === 'uniform' && trial.verdict !== 'invalid')
    .flatMap((trial) => (trial.p99Ms === null ? [] : [{ rps: trial.rate, p99Ms: trial.p99Ms }]))
    .toSorted((a, b) => a.rps - b.rps)
  if (points.length < 2) return []
  const lowest = Math.log(Math.min(slo.p99Ms, ...points.map(({ p99Ms }) => p99Ms)) / 2)
  const highest = Math.log(Math.max(slo.p99Ms, ...points.map(({ p99Ms }) => p99Ms)))
  const columns = 46
  const place = (ms: Ms): number => Math.round((columns * (Math.log(ms) - lowest)) / (highest - lowest))
  const mark = place(slo.p99Ms)
  const bars = points.map(({ rps, p99Ms }) => {
    const bar = '#'.repeat(place(p99Ms)).padEnd(columns)
    return `${formatRate(rps).padStart(14)} ${bar.slice(0, mark)}|${bar.slice(mark)} ${formatMs(p99Ms)} ms`.trimEnd()
  })
  return [...bars, `${' '.repeat(15 + mark)}| ${formatLimit(slo.p99Ms)}, the service level`]
}
