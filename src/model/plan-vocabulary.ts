import type { MessageFormat } from './body.ts'
import type { PlanFault } from './errors.ts'
import type { ArrivalPattern, PatternSpec } from './pattern.ts'
import type { PatternName, ResolvedProtocol } from './plan.ts'
import type { Ms, Rps } from './units.ts'

/** What the reading of a target must know of protocols. */
export interface SchemeVocabulary {
  /** Every scheme that stands for a protocol, with its colon. */
  readonly schemes: readonly string[]
  /** The protocol that a URL's scheme stands for. */
  protocolOf(url: URL): string | undefined
  /** The port that a URL names or means; undefined where it must name one and does not. */
  portOf(url: URL): number | undefined
}

/** What the validation of a plan must ask the rooms that know patterns and protocols, which the model may not import. */
export interface PlanVocabulary extends SchemeVocabulary {
  /** The first of them is meant where nothing else says which. */
  readonly protocolNames: readonly string[]
  /** Everything wrong with what a protocol's builder returned; `key` is where it stands in the plan. */
  protocolFaults(spec: Readonly<Record<string, unknown>>, key: string): readonly PlanFault[]
  /** Everything wrong with one request of this protocol, its templates apart; `key` is where it stands in the plan. */
  requestFaults(protocol: ResolvedProtocol, request: unknown, key: string): readonly PlanFault[]
  /** Why a protocol cannot carry messages of a format, where it cannot. */
  formatFaults(protocol: ResolvedProtocol, format: MessageFormat, key: string): readonly PlanFault[]
  /** Everything wrong with the templates in a request. The fields of a feed are known once it has been read. */
  templateFaults(
    request: unknown,
    key: string,
    known: {
      readonly feeds: Readonly<Record<string, readonly string[] | undefined>>
      readonly setup: boolean
    },
  ): readonly PlanFault[]
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
