import { cwd } from 'node:process'
import { isCommand, isRef, isShared, type Target } from '../../model/target.ts'
import type { CompiledPlan } from '../../plan/compiled-plan.ts'
import type { ResolvedComparison } from '../../plan/resolved-plan.ts'
import type { Admission } from '../load-run.ts'
import { RunLog } from '../run-log.ts'
import { checkOutRef } from '../target/ref/check-out-ref.ts'
import { targetOfRef } from '../target/ref/target-of-ref.ts'
import { type BaselineTarget, PairedRun } from './paired-run.ts'

/**
 * Returns the run of a plan with a comparison. A comparison with itself shows which differences this machine can show.
 */
export function pairedRun(plan: CompiledPlan, comparison: ResolvedComparison, admission?: Admission): PairedRun {
  const [lane] = plan.lanes
  const target = ofItsOwn(lane.target)
  const { write } = new RunLog(plan.name)
  return new PairedRun({ ...plan, lanes: [{ ...lane, target }] }, comparison, {
    admission,
    openBaseline: (signal) =>
      comparison.isSelf ? Promise.resolve({ target, isSelf: true }) : openBaseline(comparison, target, write, signal),
  })
}

/** A server that other tests have loaded before would not be comparable with one that has just started. */
function ofItsOwn(target: Target): Target {
  return isShared(target) ? target.written : target
}

async function openBaseline(
  { against }: ResolvedComparison,
  target: Target,
  log: (text: string) => void,
  signal: AbortSignal,
): Promise<BaselineTarget> {
  if (!isRef(against)) return { target: against }
  // The plan was checked.
  if (!isCommand(target)) throw new TypeError('a ref needs a target that is a command')
  const checkout = await checkOutRef(against, { cwd: target.cwd ?? cwd(), log, signal })
  const { commit, isCandidate, release } = checkout
  return {
    target: targetOfRef(checkout, against, target),
    commit,
    release,
    // For example on the main branch itself: there is nothing to find, but that is no reason to fail.
    ...(isCandidate && { isSelf: true }),
    ...(against.prepare === undefined && {
      advice: "if it needs its dependencies first, write against: { …, prepare: ['npm', 'ci'] }",
    }),
  }
}
