import type { OnInconclusive } from '../model/plan.ts'
import type { JudgedVerdict } from './verdict/judged-verdict.ts'

/** What a host's `expect` needs of a verdict. */
export interface MatcherOutcome {
  /** As hosts mean it: with `.not`, a `pass` of true is red. */
  readonly pass: boolean
  /** The whole text, one screen; also where the assertion holds, then worded as what holds. */
  message(): string
  /** To be printed: the verdict was inconclusive and `onInconclusive` is `warn`. */
  readonly warning?: string
}

/**
 * Turns a verdict into red or green. Inconclusive and invalid are red with and without `.not`, for a claim that cannot
 * be told is no proof of its contrary; `warn` turns the first into green with a warning.
 */
export function judge(verdict: JudgedVerdict, isNot: boolean, onInconclusive: OnInconclusive): MatcherOutcome {
  const message = (): string => wordVerdict(verdict, isNot)
  switch (verdict.verdict) {
    case 'pass':
      return { pass: true, message }
    case 'fail':
      return { pass: false, message }
    case 'inconclusive':
      return onInconclusive === 'warn' ? { pass: !isNot, message, warning: message() } : { pass: isNot, message }
    case 'invalid':
      return { pass: isNot, message }
  }
}

function wordVerdict(verdict: JudgedVerdict, isNot: boolean): string {
  const lines = [firstLine(verdict, isNot), ...verdict.details]
  return lines.join('\n  ')
}

function firstLine({ verdict, claim, contrary, observed, reason }: JudgedVerdict, isNot: boolean): string {
  const asked = isNot ? contrary : claim
  const was = `was ${observed}`
  switch (verdict) {
    case 'inconclusive':
      return `inconclusive: ${asked} ${reason ?? 'cannot be told'}\n  ${was}`
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
