import type { OnInconclusive } from '../model/plan.ts'
import type { Leaning, VerdictValue } from '../model/verdict.ts'
import type { JudgedVerdict } from './verdict/judged-verdict.ts'

/** What a host's `expect` needs of a verdict. */
export interface MatcherOutcome {
  /** As hosts mean it: with `.not`, a `pass` of true is red. */
  readonly pass: boolean
  /** The whole text, one screen; also where the assertion holds, then worded as what holds. */
  message(): string
  /** A note to print although the assertion is green: the verdict was inconclusive. */
  readonly note?: string
}

/**
 * Turns a verdict into red or green. Invalid is red with and without `.not`. Inconclusive is green where `onInconclusive`
 * and the leaning allow it (`isGreen`); `.not` inverts the leaning.
 */
export function judge(verdict: JudgedVerdict, isNot: boolean, onInconclusive: OnInconclusive): MatcherOutcome {
  const message = (): string => wordVerdict(verdict, isNot)
  switch (verdict.verdict) {
    case 'pass':
      return { pass: true, message }
    case 'fail':
      return { pass: false, message }
    case 'inconclusive': {
      const { leaning = 'none' } = verdict
      const green = isGreen('inconclusive', isNot ? OPPOSITE[leaning] : leaning, onInconclusive)
      return green ? { pass: !isNot, message, note: noteOf(verdict, isNot, onInconclusive) } : { pass: isNot, message }
    }
    case 'invalid':
      return { pass: isNot, message }
  }
}

/** The leaning of the opposite claim. */
export const OPPOSITE: Readonly<Record<Leaning, Leaning>> = { pass: 'fail', fail: 'pass', none: 'none' }

/**
 * Whether a verdict lets a test be green: a pass does, and an inconclusive verdict where `onInconclusive` is `lean` and it
 * leans to a pass, or is `warn` and it does not lean to a fail.
 */
export function isGreen(verdict: VerdictValue, leaning: Leaning, onInconclusive: OnInconclusive): boolean {
  if (verdict !== 'inconclusive') return verdict === 'pass'
  if (onInconclusive === 'fail') return false
  return leaning === 'pass' || (onInconclusive === 'warn' && leaning === 'none')
}

/** With `lean` a green test needs two lines; with `warn` it prints what a red one would. */
function noteOf(verdict: JudgedVerdict, isNot: boolean, onInconclusive: OnInconclusive): string {
  if (onInconclusive === 'warn') return wordVerdict(verdict, isNot)
  const { advice } = verdict
  return [firstLine(verdict, isNot), ...(advice === undefined ? [] : [advice])].join('\n  ')
}

function leansTo(leaning: Leaning | undefined, isNot: boolean): string {
  return leaning === undefined || leaning === 'none'
    ? ' (leans to neither side)'
    : ` (leans to ${isNot ? OPPOSITE[leaning] : leaning})`
}

function wordVerdict(verdict: JudgedVerdict, isNot: boolean): string {
  return [firstLine(verdict, isNot), ...verdict.details].join('\n  ')
}

function firstLine({ verdict, leaning, claim, contrary, observed, reason }: JudgedVerdict, isNot: boolean): string {
  const asked = isNot ? contrary : claim
  const was = `was ${observed}`
  switch (verdict) {
    case 'inconclusive':
      return `inconclusive: ${asked} ${reason ?? 'is not proven'}${leansTo(leaning, isNot)}\n  ${was}`
    case 'invalid':
      return `invalid: ${asked} cannot be judged: ${reason ?? 'the run says nothing about it'}\n  ${was}`
    case 'pass':
    case 'fail': {
      const holds = (verdict === 'pass') !== isNot
      const cause = reason === undefined ? was : `${was}: ${reason}`
      return holds ? `${asked}, ${cause}` : `expected ${asked}, ${cause}`
    }
  }
}
