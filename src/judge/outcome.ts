import type { OnInconclusive } from '../model/plan.ts'
import { isGreen, type Leaning, type VerdictRecord, type VerdictValue } from '../model/verdict.ts'
import type { JudgedVerdict } from './verdict/judged-verdict.ts'

/** Verdict as a host's `expect` needs it. */
export interface MatcherOutcome {
  /** As hosts define it: with `.not`, `true` is red. */
  readonly pass: boolean
  /** Returns the whole text, at most one screen. If the assertion holds, the text states that it holds. */
  message(): string
  /** Note for the host to print when the assertion is green although the verdict is inconclusive. */
  readonly note?: string
}

/**
 * Turns a verdict into red or green. An invalid verdict is red with and without `.not`, and so is a fail that an aborted
 * run did not prove. An inconclusive verdict is green if `onInconclusive` and the leaning allow it (`isGreen`); `.not`
 * inverts the leaning.
 */
export function judge(verdict: JudgedVerdict, isNot: boolean, onInconclusive: OnInconclusive): MatcherOutcome {
  const message = (): string => formatVerdict(verdict, isNot)
  switch (verdict.verdict) {
    case 'pass':
      return { pass: true, message }
    case 'fail':
      return { pass: isNot && assertedValue(verdict, isNot) !== 'pass', message }
    case 'inconclusive': {
      const { leaning = 'none' } = verdict
      const green = isGreen('inconclusive', isNot ? OPPOSITE[leaning] : leaning, onInconclusive)
      return green ? { pass: !isNot, message, note: noteOf(verdict, isNot, onInconclusive) } : { pass: isNot, message }
    }
    case 'invalid':
      return { pass: isNot, message }
  }
}

/** The verdict on the negation of a claim, which is what `.not` asserts. */
const CONTRARY: Readonly<Record<VerdictValue, VerdictValue>> = {
  pass: 'fail',
  fail: 'pass',
  inconclusive: 'inconclusive',
  invalid: 'invalid',
}

/** Returns the verdict on what an assertion claims. */
function assertedValue({ verdict, isUndecided }: JudgedVerdict, isNot: boolean): VerdictValue {
  if (!isNot) return verdict
  return isUndecided === true ? 'invalid' : CONTRARY[verdict]
}

/** Returns a verdict as records keep it. */
export function keptVerdict(
  judged: JudgedVerdict,
  isNot: boolean,
): Pick<VerdictRecord, 'verdict' | 'leaning' | 'reasons' | 'why' | 'latencyLimits' | 'compared' | 'message'> {
  const { leaning, reasons, why, latencyLimits, compared } = judged
  const verdict = assertedValue(judged, isNot)
  return {
    verdict,
    ...(leaning !== undefined && { leaning: isNot ? OPPOSITE[leaning] : leaning }),
    ...(reasons !== undefined && { reasons }),
    ...(why !== undefined && verdict !== 'pass' && { why }),
    ...(latencyLimits !== undefined && { latencyLimits }),
    ...(compared !== undefined && { compared }),
    message: formatVerdict(judged, isNot),
  }
}

/** Leaning of the opposite claim. */
const OPPOSITE: Readonly<Record<Leaning, Leaning>> = { pass: 'fail', fail: 'pass', none: 'none' }

/** Returns two lines with `lean`, and the whole text of a red test with `warn`. */
function noteOf(verdict: JudgedVerdict, isNot: boolean, onInconclusive: OnInconclusive): string {
  if (onInconclusive === 'warn') return formatVerdict(verdict, isNot)
  const { advice } = verdict
  return [firstLine(verdict, isNot), ...(advice === undefined ? [] : [advice])].join('\n  ')
}

function leansTo(leaning: Leaning | undefined, isNot: boolean): string {
  return leaning === undefined || leaning === 'none'
    ? ' (leans to neither side)'
    : ` (leans to ${isNot ? OPPOSITE[leaning] : leaning})`
}

function formatVerdict(verdict: JudgedVerdict, isNot: boolean): string {
  return [firstLine(verdict, isNot), ...verdict.details].join('\n  ')
}

/** Returns the text of a verdict that starts with its value, without the lines that are `known` from elsewhere. */
export function formatValued(judged: JudgedVerdict, known: ReadonlySet<string>): string {
  const { verdict } = judged
  // The other verdicts start with their value already.
  const value = verdict === 'pass' || verdict === 'fail' ? `${verdict}: ` : ''
  return [value + firstLine(judged, false), ...judged.details.filter((line) => !known.has(line))].join('\n  ')
}

function firstLine(judged: JudgedVerdict, isNot: boolean): string {
  const { leaning, claim, contrary, observed, reason } = judged
  const value = assertedValue(judged, isNot)
  const asked = isNot ? contrary : claim
  const subject = judged.subject ?? asked
  const was = `was ${observed}`
  switch (value) {
    case 'inconclusive':
      return `inconclusive: ${subject} ${reason ?? 'is not proven'}${leansTo(leaning, isNot)}\n  ${was}`
    case 'invalid':
      return `invalid: ${subject} cannot be judged: ${reason ?? 'this run does not show it'}\n  ${was}`
    case 'pass':
    case 'fail': {
      const cause = reason === undefined ? was : `${was}: ${reason}`
      return value === 'pass' ? `${asked}, ${cause}` : `expected ${asked}, ${cause}`
    }
  }
}
