import type { Conclusion } from '../suite.ts'
import type { Observation } from './claims.ts'

export interface CheckedClaim extends Observation {
  readonly text: string
}

/** Returns the number of claims checked so far, and the texts of those that do not hold. */
export function unitFindings(checked: readonly CheckedClaim[]): {
  readonly claims: number
  readonly failed: readonly string[]
} {
  return { claims: checked.length, failed: checked.filter(({ holds }) => !holds).map(({ text }) => text) }
}

/** The verdict refers to the run of the first claim that does not hold; to the first run if all hold. */
export function unitConclusion(checked: readonly CheckedClaim[]): Conclusion {
  const deciding = checked.find(({ holds }) => !holds)
  const held = checked.filter(({ holds }) => holds).length
  return {
    verdict: deciding === undefined ? 'pass' : 'fail',
    message: `${held} of ${checked.length} claims hold on this machine.`,
    lines: checked.map((claim) => `${claim.holds ? 'pass' : 'fail'}: ${claimLine(claim)}`),
    result: (deciding ?? checked[0])?.result,
  }
}

export function claimLine({ text, observed }: CheckedClaim): string {
  return `${text}: ${observed}`
}
