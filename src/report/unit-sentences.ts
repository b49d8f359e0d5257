import type { UnitCheck, UnitFindings } from '../model/unit-findings.ts'
import { worstFirst } from '../model/verdict.ts'
import { formatCount, formatPlural } from '../wording/figures.ts'

const MEANINGS = {
  pass: 'describe-load works as documented on this machine',
  fail: 'describe-load does not work as documented on this machine',
  invalid: 'this machine was too busy for the others: repeat the suite without other work',
} as const satisfies Record<UnitCheck['verdict'], string>

/** Returns the conclusion, which comes first in the report and on the console. */
export function unitSentence({ checks }: { readonly checks: readonly Pick<UnitCheck, 'verdict'>[] }): string {
  const [worst] = worstFirst(checks)
  if (worst === undefined) return 'No check ran.'
  const passed = checks.filter(({ verdict }) => verdict === 'pass').length
  return `${formatCount(passed)} of ${formatPlural(checks.length, 'check')} passed: ${MEANINGS[worst.verdict]}.`
}

/** Returns one line for each check that did not pass. */
export function failedCheckLines({ checks }: UnitFindings): readonly string[] {
  return checks.filter(({ verdict }) => verdict !== 'pass').map((check) => `${check.verdict}: ${checkLine(check)}`)
}

export function checkLine({ name, sent, counted }: Pick<UnitCheck, 'name' | 'sent' | 'counted'>): string {
  return `${name}: ${sent}; the server counted ${counted}`
}
