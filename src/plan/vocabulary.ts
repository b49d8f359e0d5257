import type { MessageSize } from '../model/plan.ts'
import type { ChosenFormat } from '../model/body.ts'
import type { PlanIssue } from '../model/errors.ts'
import type { Count } from '../model/units.ts'
import type { ResolvedProtocol } from './resolved-plan.ts'

/** Properties of the protocols that the reader of a target needs. */
export interface SchemeVocabulary {
  /** Every scheme that has a protocol, with its colon. */
  readonly schemes: readonly string[]
  /** Returns the protocol of a URL's scheme. */
  protocolOf(url: URL): string | undefined
  /** Returns the schemes of a protocol, the usual one first. */
  schemesOf(protocol: string | undefined): readonly string[]
  /** Returns a target as a URL of the protocol that the plan names, if it names one. */
  targetFor(target: string, protocol: string | undefined): string
  /**
   * Returns the port of a URL, explicit or the scheme's default; undefined if the URL needs an explicit one and has
   * none.
   */
  portOf(url: URL): number | undefined
}

/** What validating a plan requires of protocols and templates, whose folders `plan` must not import. */
export interface PlanVocabulary extends SchemeVocabulary {
  /** The first one is the default. */
  readonly protocolNames: readonly string[]
  /** Returns every issue of a value that a protocol's builder returned; `key` is its path in the plan. */
  protocolIssues(spec: Readonly<Record<string, unknown>>, key: string): readonly PlanIssue[]
  /** Returns every issue of one request of this protocol except its templates; `key` is its path in the plan. */
  requestIssues(protocol: ResolvedProtocol, request: unknown, key: string): readonly PlanIssue[]
  /** Returns a request without issues as plain data, which can be passed to a generator thread. */
  requestData(protocol: ResolvedProtocol, request: unknown): unknown
  /** Returns why a protocol cannot send messages of a size in bytes, if it cannot. */
  sizeIssues(protocol: ResolvedProtocol, size: MessageSize, key: string): readonly PlanIssue[]
  /** Returns why a protocol cannot carry messages of a format, if it cannot. */
  formatIssues(protocol: ResolvedProtocol, format: ChosenFormat, key: string): readonly PlanIssue[]
  /**
   * Returns every issue of the templates in a request. The fields of a feed are known only after the feed has been
   * read.
   */
  templateIssues(
    request: unknown,
    key: string,
    known: {
      readonly feeds: Readonly<Record<string, readonly string[] | undefined>>
      readonly setup: boolean
    },
  ): readonly PlanIssue[]
}

/** Inputs of a plan from outside of it. */
export interface PlanEnvironment {
  /** Name of the test, for the result and the reports. */
  readonly name?: string | undefined
  /** `LOAD_SEED`: a seed that takes precedence over the plan's, so that a printed run can be repeated. */
  readonly seed?: string | undefined
  /** `LOAD_ONCE`: `1` sends each operation of the plan once. */
  readonly once?: string | undefined
  /** `LOAD_AA`: `1` compares the target with itself. */
  readonly self?: string | undefined
  /** CPU cores that this process may use. Default: as many as a plan needs. */
  readonly cores?: Count
}
