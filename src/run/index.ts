import type { CustomPlan, LoadPlan, WrittenPlan } from '../plan/load-plan.ts'
import { resolvePlan } from '../plan/resolve-plan.ts'
import type { LoadResult } from '../model/result.ts'
import { LoadPlanError } from '../model/errors.ts'
import { PROTOCOL_NAMES } from '../protocols/index.ts'
import { callsForTarget, callTargets } from './target/called-targets.ts'
import { fittingProtocols } from './target/fitting-protocols.ts'
import { type Admission, type LoadRun, Run } from './load-run.ts'
import { threadPool } from './generator/thread-pool.ts'
import { isOnce } from './once.ts'
import { planEnvironment } from './plan-environment.ts'
import { pairedRun } from './comparison/open-baseline.ts'
import type { CompiledPlan } from '../plan/compiled-plan.ts'
import { vocabulary } from './vocabulary.ts'
import { expectedTransports } from './generator/warm-up/transports.ts'

export { type Admission, type LoadRun, metricsOf } from './load-run.ts'

export interface RunOptions {
  /** Name of the result in reports and messages. */
  readonly name?: string
}

/**
 * Starts a run and returns immediately. Throws `LoadPlanError`, which lists all mistakes of the plan, before any
 * traffic. Problems with the target reject `result`.
 */
export function startLoad(plan: CustomPlan, options?: RunOptions): LoadRun
export function startLoad(plan: LoadPlan, options?: RunOptions): LoadRun
export function startLoad(plan: WrittenPlan, options: RunOptions = {}): LoadRun {
  return startMerged(plan, options)
}

/**
 * Runs a plan to its end. Rejects with `LoadPlanError` or `LoadTargetError`; a failed request is data in the result.
 */
export function runLoad(plan: CustomPlan, options?: RunOptions): Promise<LoadResult>
export function runLoad(plan: LoadPlan, options?: RunOptions): Promise<LoadResult>
export async function runLoad(plan: WrittenPlan, options: RunOptions = {}): Promise<LoadResult> {
  return runMerged(plan, options)
}

/**
 * Like `startLoad`, for a plan that was merged from several plans, so that its type states no protocol. `admission`
 * delays the start.
 */
export function startMerged(plan: WrittenPlan, { name }: RunOptions = {}, admission?: Admission): LoadRun {
  if (callsForTarget(plan)) requireProtocol(plan)
  return startCompiled(resolvePlan(plan, vocabulary, planEnvironment(name)), admission)
}

/** Starts the run of a validated plan. */
export function startCompiled(plan: CompiledPlan, admission?: Admission): LoadRun {
  return plan.comparison === undefined ? new Run(plan, { admission }) : pairedRun(plan, plan.comparison, admission)
}

/** Without a protocol, the plan is checked for HTTP, and its author would read that a request has the wrong keys. */
function requireProtocol(plan: WrittenPlan): void {
  const fitting = plan.protocol === undefined ? fittingProtocols(plan) : PROTOCOL_NAMES
  if (fitting.length === 0 || fitting[0] === PROTOCOL_NAMES[0]) return
  const names = fitting.map((name) => `'${name}'`).join(' or ')
  const rule = 'must be given, because the target is a function, which is called after the plan is checked'
  throw new LoadPlanError([{ key: 'protocol', value: undefined, rule, remedy: `write protocol: ${names}` }])
}

/** Like `runLoad`, for such a plan. */
export async function runMerged(plan: WrittenPlan, options?: RunOptions, admission?: Admission): Promise<LoadResult> {
  return startMerged(callsForTarget(plan) ? await callTargets(plan) : plan, options, admission).result
}

/**
 * Starts a generator thread and warms it up for a plan that will run later, so that the run can start immediately. The
 * thread does not keep the process alive.
 */
export function prepareGenerator(plan: Pick<WrittenPlan, 'target' | 'protocol'>): void {
  threadPool.prepare(isOnce() ? [] : expectedTransports(plan))
}
