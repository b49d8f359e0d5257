import type { PlanFault } from './errors.ts'
import type { ArrivalPattern, PatternSpec } from './pattern.ts'
import type { PatternName } from './plan.ts'
import type { Ms, Rps } from './units.ts'

/** What the validation of a plan must ask the rooms that know patterns and protocols, which the model may not import. */
export interface PlanVocabulary {
  /** The first of them is meant where nothing else says which. */
  readonly protocolNames: readonly string[]
  /** The protocol that a URL's scheme stands for. */
  protocolOf(url: URL): string | undefined
  /** Everything wrong with one request of this protocol; `key` is where it stands in the plan. */
  requestFaults(protocol: string, request: unknown, key: string): readonly PlanFault[]
  specFromName(name: PatternName, rate: Rps): PatternSpec
  /** Everything wrong with a pattern: a name, what a builder returned, or an object of the user's own. */
  patternFaults(pattern: unknown, key: string): readonly PlanFault[]
  patternDuration(spec: PatternSpec): Ms | undefined
  patternFrom(spec: PatternSpec, planned: { readonly durationMs: Ms; readonly seed: string }): ArrivalPattern
}

/** What stands outside the plan and still decides about it. */
export interface PlanEnvironment {
  /** Of the test, for the result and the reports. */
  readonly name?: string | undefined
  /** `LOAD_SEED`: a seed that wins over the plan's, so that a printed run can be repeated. */
  readonly seed?: string | undefined
}
