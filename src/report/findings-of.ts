import type { CapacityFindings } from '../model/capacity-findings.ts'
import type { LimitsFindings } from '../model/limits-findings.ts'
import type { McpStressFindings } from '../model/mcp-stress-findings.ts'
import type { ProtocolsFindings } from '../model/protocols-findings.ts'
import type { RunRecord } from '../model/record.ts'
import type { ScenariosFindings } from '../model/scenarios-findings.ts'
import type { UnitFindings } from '../model/unit-findings.ts'

/** The findings of each suite. */
export interface SuiteFindings {
  readonly capacity: CapacityFindings
  readonly limits: LimitsFindings
  readonly 'mcp-stress': McpStressFindings
  readonly protocols: ProtocolsFindings
  readonly scenarios: ScenariosFindings
  readonly unit: UnitFindings
}

export type SuiteName = keyof SuiteFindings

/** A key that the findings of a suite always have. A run that was interrupted can have no findings. */
const KEYS = {
  capacity: 'expectedUsers',
  limits: 'trials',
  'mcp-stress': 'probes',
  protocols: 'ranking',
  scenarios: 'scenarios',
  unit: 'checks',
} as const satisfies { readonly [Suite in SuiteName]: keyof SuiteFindings[Suite] }

/** Returns the findings of a run of this suite; undefined for a run of another suite, and without findings. */
export function findingsOf<Suite extends SuiteName>(
  run: Pick<RunRecord, 'suite' | 'findings'>,
  suite: Suite,
): SuiteFindings[Suite] | undefined {
  const { findings } = run
  const isConcluded =
    run.suite === suite && typeof findings === 'object' && findings !== null && KEYS[suite] in findings
  return isConcluded ? (findings as SuiteFindings[Suite]) : undefined
}

/** Returns whether a run is one of a suite that has findings. */
export function isSuite(name: string): name is SuiteName {
  return Object.hasOwn(KEYS, name)
}
