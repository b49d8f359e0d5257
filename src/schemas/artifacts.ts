/** Content of the JSON artifacts. The schemas are generated from these types; see `generate.ts`. */
import type { Baseline, HistoryEntry } from '../model/baseline.ts'
import type { CapacityFindings } from '../model/capacity-findings.ts'
import type { LimitsFindings } from '../model/limits-findings.ts'
import type { MachineCheck } from '../model/machine-check.ts'
import type { McpStressFindings } from '../model/mcp-stress-findings.ts'
import type { ProtocolsFindings } from '../model/protocols-findings.ts'
import type { RunRecord } from '../model/record.ts'
import type { ScenariosFindings } from '../model/scenarios-findings.ts'
import type { VerdictsFile } from '../model/verdicts-file.ts'
import type { UnitFindings } from '../model/unit-findings.ts'

/** A run of any suite. */
export type AnyRun = RunRecord

/** One run, or several runs of the suite with different names. */
type OneOrMore<Run extends RunRecord> =
  | Run
  | {
      readonly schema: 1
      readonly suite: Run['suite']
      /** @minItems 2 */
      readonly runs: readonly Run[]
    }

export interface LoadTestRun extends RunRecord {
  readonly suite: 'load'
  readonly findings: null
}
/** Results and verdicts of a user's own load tests. */
export type LoadTestResults = OneOrMore<LoadTestRun>

export interface LimitsRun extends RunRecord {
  readonly suite: 'limits'
  readonly findings: LimitsFindings
}
/** Limit of a target, with its bottleneck. */
export type LimitsTest = OneOrMore<LimitsRun>

export interface ScenariosRun extends RunRecord {
  readonly suite: 'scenarios'
  readonly findings: ScenariosFindings
}
/** Scenarios, and whether the target met their expectations. */
export type ScenarioResults = OneOrMore<ScenariosRun>

export interface ProtocolsRun extends RunRecord {
  readonly suite: 'protocols'
  readonly findings: ProtocolsFindings
}
/** Comparison of protocols for the same operations. */
export type ProtocolComparison = OneOrMore<ProtocolsRun>

export interface McpStressRun extends RunRecord {
  readonly suite: 'mcp-stress'
  readonly findings: McpStressFindings
}
/** Health of an MCP server under stress, and results of the probes. */
export type McpStressTest = OneOrMore<McpStressRun>

export interface CapacityRun extends RunRecord {
  readonly suite: 'capacity'
  readonly findings: CapacityFindings
}
/** Maximum number of users, and sizing for more. */
export type CapacityPlanning = OneOrMore<CapacityRun>

/** Verdicts of a test run, without the results. */
export type Verdicts = VerdictsFile

export interface UnitRun extends RunRecord {
  readonly suite: 'unit'
  readonly findings: UnitFindings
}
/** Checks of describe-load on a machine, with the counts of the servers that they loaded. */
export type UnitResults = OneOrMore<UnitRun>

/** Stored runs that new runs are compared with. */
export type BaselineFile = Baseline

/** Line of a history of runs. */
export type HistoryLine = HistoryEntry

/** What `describe-load doctor` found out about a machine. */
export type MachineCheckFile = MachineCheck
