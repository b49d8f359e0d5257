import { worstOf } from '../../model/verdict.ts'
import type { UnitArea, UnitCheck, UnitFindings } from '../../model/unit-findings.ts'
import { checkLine, unitSentence } from '../../report/unit-sentences.ts'
import { wasDisturbed } from '../disturbed.ts'
import type { Conclusion } from '../suite.ts'
import type { Check, Observation } from './check.ts'

/** A check with what its run showed. */
export interface Checked extends Omit<Observation, 'holds'> {
  readonly area: UnitArea
  readonly name: string
  readonly verdict: UnitCheck['verdict']
}

/** Returns the verdict on a check: one of times is invalid, rather than failed, on a busy machine. */
export function checkVerdict(
  { isTimed = false }: Pick<Check, 'isTimed'>,
  { holds, result }: Pick<Observation, 'holds' | 'result'>,
): UnitCheck['verdict'] {
  if (holds) return 'pass'
  return isTimed && wasDisturbed(result) ? 'invalid' : 'fail'
}

/** Returns the findings of the checks so far, each of which has one run. */
export function unitFindings(checked: readonly Checked[]): UnitFindings {
  return {
    checks: checked.map(({ area, name, sent, counted, verdict }, result): UnitCheck => {
      return { area, name, sent, counted, verdict, result }
    }),
  }
}

/** The verdict is the worst of all checks, and refers to the run of the first one that has it. */
export function unitConclusion(checked: readonly Checked[]): Conclusion {
  const { verdict } = worstOf(checked)
  return {
    verdict,
    message: unitSentence({ checks: checked }),
    lines: checked.map((check) => `${check.verdict}: ${checkLine(check)}`),
    result: checked.find((check) => check.verdict === verdict)?.result,
  }
}
