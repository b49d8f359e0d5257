import { targetVariable } from '../hosts/environment/variables.ts'
import type { Target } from '../model/target.ts'
import type { ProtocolName } from '../protocols/index.ts'
import { optionWords } from '../wording/option-words.ts'
import type { SuiteEnvironment } from './environment.ts'

/** The targets of a suite with several protocols. */
export type SuiteTargets = Readonly<Partial<Record<ProtocolName, Target>>>

/** Returns the targets of a suite: if the environment sets any, they replace all given ones. */
export function targetsOf(targets: SuiteTargets | undefined, environment: SuiteEnvironment): SuiteTargets {
  return environment.targets ?? targets ?? {}
}

/** Returns why a part of a suite is skipped; undefined if every needed target is present. */
export function missingTarget(targets: SuiteTargets, needed: readonly ProtocolName[]): string | undefined {
  const missing = needed.filter((protocol) => targets[protocol] === undefined)
  if (missing.length === 0) return undefined
  const variables = missing.map(targetVariable).join(', ')
  const remedy = optionWords({ plan: `set ${variables}`, command: `use -t URL, or set ${variables}` })
  return `no target for ${missing.join(', ')}: ${remedy}`
}
