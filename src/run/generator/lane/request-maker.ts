import { LoadError, LoadPlanError, type PlanIssue } from '../../../model/errors.ts'
import { dataIssue } from '../../../plan/plain-data.ts'
import type { ResolvedPlan } from '../../../plan/resolved-plan.ts'
import type { Protocol } from '../../../model/protocol.ts'
import type { AnyRequest } from '../../../model/requests.ts'
import { describeThrown } from '../../../model/thrown.ts'
import { randomFrom } from '../../../traffic/arrivals/random.ts'
import type { LoadedFeed } from '../../../traffic/feeds/index.ts'
import { type CompiledPlan, positionsOf } from '../../../plan/compiled-plan.ts'
import { fillsIn, templatedIssues } from './templates.ts'

/** `count` positions: `first`, `first + step`, … */
interface RequestRange {
  readonly first: number
  readonly count: number
  readonly step: number
}

/** The requests of a range, as plain data that can cross a thread. */
export interface MadeRequests {
  readonly requests: readonly AnyRequest[]
  /** By place in `requests`: why the request could not be made. */
  readonly failures: ReadonlyMap<number, string>
}

/** Calls the plan's request function ahead of time, only for positions in the schedule. */
export class RequestMaker {
  readonly #plan: ResolvedPlan
  readonly #inline: boolean
  readonly #positions: number
  #hasMade = false

  /** `inline`: the requests need not cross to another thread. */
  constructor(plan: CompiledPlan, inline: boolean) {
    this.#plan = plan
    this.#inline = inline
    this.#positions = typeof plan.lanes[0].request === 'function' ? positionsOf(plan) : 0
  }

  /**
   * Makes the requests at `first`, `first + step`, …, at most `count`. The results of the function are checked like
   * requests in the plan. A request for which the function throws, or whose result is invalid, is a failure. An invalid
   * one in the first range throws `LoadPlanError` instead, because the run has not sent anything yet.
   */
  make(
    { first, count, step }: RequestRange,
    protocol: Protocol<AnyRequest>,
    feeds: Readonly<Record<string, LoadedFeed>>,
  ): MadeRequests {
    const { lanes, seed } = this.#plan
    const [{ request }] = lanes
    const failures = new Map<number, string>()
    const isFirst = !this.#hasMade
    this.#hasMade = true
    if (typeof request !== 'function') return { requests: [], failures }
    const left = Math.max(0, Math.ceil((this.#positions - first) / step))
    const requests = Array.from({ length: Math.min(count, left) }, (_, index): AnyRequest => {
      const sequence = first + index * step
      try {
        const made = request({ sequence, random: randomFrom(seed, 'request', sequence) }) as AnyRequest
        const issues = this.#issuesOf(made, `request(${sequence})`, protocol, feeds)
        if (issues.length > 0) throw new LoadPlanError(issues)
        return protocol.asData?.(made) ?? made
      } catch (error) {
        if (error instanceof LoadError && isFirst) throw error
        const thrown = `request(${sequence}) threw ${describeThrown(error).text}`
        failures.set(index, error instanceof LoadError ? error.message : thrown)
        return {}
      }
    })
    return { requests, failures }
  }

  #issuesOf(
    made: AnyRequest,
    key: string,
    protocol: Protocol<AnyRequest>,
    feeds: Readonly<Record<string, LoadedFeed>>,
  ): readonly PlanIssue[] {
    const noData = dataIssue(made, key, !this.#inline && this.#plan.lanes[0].protocol.from === 'module')
    if (noData !== undefined) return [noData]
    const issues = fillsIn(this.#plan, feeds)
      ? templatedIssues(made, key, this.#plan, feeds, protocol)
      : protocol.issuesOf(made, key)
    if (issues.length > 0 || this.#inline || protocol.needsInline?.(made) !== true) return issues
    const rule = 'cannot be a function in a request that a function returns'
    return [{ key: `${key}.check`, value: made['check'], rule, remedy: 'write the check as data: { status, json, … }' }]
  }
}
