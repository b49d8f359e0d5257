import { type Sla, SLA_PERCENTILES } from '../../model/sla.ts'
import type { JudgedFigures } from '../../model/figures.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Ms, Ratio } from '../../model/units.ts'
import { countVerdicts, worstLeaning, worstVerdict } from '../../model/verdict.ts'
import { describeLoad, describeSeed, partOf } from './evidence.ts'
import { errorRateVerdict } from './error-rate.ts'
import type { JudgedVerdict } from './judged-verdict.ts'
import { percentileVerdict } from './percentile.ts'
import { sustainedRateVerdict } from './sustained-rate.ts'

/** Shortfall of the rate that an `sla` allows: the default of `toSustainRps`. */
const WITHIN = 0.01

interface LimitOptions {
  /** Default: the plan's `confidence`. */
  readonly confidence?: Ratio
  /** Minimum scheduled span for a proof. Default: 10 s. */
  readonly requiredMs?: Ms
}

/**
 * Returns one verdict for each latency limit of a service level, in the order of `SLA_PERCENTILES`, then one for
 * errors.
 */
function limitVerdicts(
  figures: JudgedFigures,
  run: LoadResult,
  sla: Sla,
  { confidence = run.plan.confidence, requiredMs }: LimitOptions = {},
): readonly JudgedVerdict[] {
  const span = requiredMs === undefined ? {} : { requiredMs }
  const latencies = (Object.keys(SLA_PERCENTILES) as (keyof typeof SLA_PERCENTILES)[]).flatMap((key) => {
    const limitMs = sla[key]
    if (limitMs === undefined) return []
    return [percentileVerdict(figures, run, { percentile: SLA_PERCENTILES[key], limitMs, confidence, ...span })]
  })
  const { errorRate: limit } = sla
  return limit === undefined
    ? latencies
    : [...latencies, errorRateVerdict(figures, run, { limit, confidence, ...span })]
}

/** Returns the verdicts of `limitVerdicts`, then one for the rate if the service level has one. */
export function termVerdicts(figures: JudgedFigures, run: LoadResult, sla: Sla): readonly JudgedVerdict[] {
  const limits = limitVerdicts(figures, run, sla)
  const { rps } = sla
  return rps === undefined ? limits : [...limits, sustainedRateVerdict(figures, run, { rps, within: WITHIN })]
}

/**
 * Judges whether the run meets every limit of a service level, each at the requested confidence. The verdict on a
 * single limit is that limit's own.
 */
export function serviceLevelVerdict(figures: JudgedFigures, run: LoadResult, sla: Sla): JudgedVerdict {
  const terms = termVerdicts(figures, run, sla)
  const [only] = terms
  if (only !== undefined && terms.length === 1) return only
  const verdict = worstVerdict(terms.map((term) => term.verdict))
  const subject = `service level${partOf(figures, run)}`
  const deciding = terms.filter((term) => term.verdict === verdict)
  // Of the advice, only that of the limit that needs the longest run remains.
  const own = new Set([describeLoad(figures, run), describeSeed(run), ...deciding.map(({ advice }) => advice)])
  const leaning = verdict === 'inconclusive' ? worstLeaning(deciding) : undefined
  const latencyLimits = terms.flatMap((term) => term.latencyLimits ?? [])
  const first = deciding.find((term) => term.leaning === leaning) ?? deciding[0]
  const isUndecided = verdict === 'fail' && deciding.every((term) => term.isUndecided === true)
  // The limit that needs the longest run decides when the service level is proven.
  const adviser = deciding.toSorted((a, b) => (b.adviceMs ?? 0) - (a.adviceMs ?? 0))[0]
  return {
    verdict,
    claim: `${subject} met`,
    contrary: `${subject} not met`,
    subject: `the ${subject}`,
    observed: `${OBSERVED[verdict]}: ${describeTerms(terms)}`,
    ...(leaning !== undefined && { leaning }),
    ...((leaning !== undefined || verdict === 'invalid') && { reasons: reasonsOf(deciding) }),
    ...(verdict === 'inconclusive' || verdict === 'invalid' || isUndecided ? { reason: first?.reason ?? '' } : {}),
    ...(isUndecided && { isUndecided }),
    ...(latencyLimits.length > 0 && { latencyLimits }),
    ...(adviser?.advice !== undefined && { advice: adviser.advice }),
    ...(first !== undefined && { why: lineOf(first) }),
    details: [
      ...terms.map(lineOf),
      describeLoad(figures, run),
      ...new Set(verdict === 'pass' ? [] : deciding.flatMap(({ details }) => details.filter((line) => !own.has(line)))),
      ...(adviser?.advice === undefined ? [] : [adviser.advice]),
      describeSeed(run),
    ],
  }
}

function lineOf({ verdict, claim, observed }: JudgedVerdict): string {
  return `${verdict}: ${claim}, was ${observed}`
}

/** Returns the distinct reasons: the same disturbance makes every limit invalid. */
function reasonsOf(terms: readonly JudgedVerdict[]): NonNullable<JudgedVerdict['reasons']> {
  const reasons = terms.flatMap((term) => term.reasons ?? [])
  return [...new Map(reasons.map((reason) => [JSON.stringify(reason), reason])).values()]
}

const OBSERVED = { fail: 'missed', invalid: 'open', inconclusive: 'open', pass: 'met' } as const

/** Example: "1 of 3 limits broken, 2 met". */
function describeTerms(terms: readonly JudgedVerdict[]): string {
  const words = { fail: 'broken', invalid: 'not judged', inconclusive: 'not proven', pass: 'met' } as const
  return countVerdicts(terms)
    .filter(({ count }) => count > 0)
    .map(({ count, value }, index) => `${count}${index === 0 ? ` of ${terms.length} limits` : ''} ${words[value]}`)
    .join(', ')
}

/** Whether a load that still runs has decided every limit of a service level, so that it may end. */
export function isServiceLevelDecided(soFar: LoadResult, sla: Sla): boolean {
  const asEnded: LoadResult = { ...soFar, ended: 'completed' }
  return termVerdicts(asEnded, asEnded, sla).every(({ verdict }) => verdict === 'pass' || verdict === 'fail')
}

/** Stopping a run requires high confidence, because the engine repeats the check many times during the run. */
const BEYOND_DOUBT = 0.999

/**
 * Judges a running load by the limits of its `abortOn`; only a fail is meaningful before the run ends. It does not
 * check the sustained rate: a growing queue soon exceeds one of the other limits.
 */
export function abortVerdicts(soFar: LoadResult, sla: Sla): readonly JudgedVerdict[] {
  return limitVerdicts(soFar, soFar, sla, { confidence: BEYOND_DOUBT, requiredMs: 0 })
}
