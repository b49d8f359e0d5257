import { basename } from 'node:path'
import { argv } from 'node:process'
import { adoptResult } from '../judge/matchers/index.ts'
import { isRecord } from '../model/readers.ts'
import type { LoadResult } from '../model/result.ts'
import type { CustomPlan, LoadPlan, SpreadPlan, WrittenPlan } from '../plan/load-plan.ts'
import { runMerged, startMerged } from '../run/index.ts'
import type { Admission, LoadRun, RunOptions } from '../run/index.ts'
import { formatWaiting } from '../wording/load-test.ts'
import { callSite } from './call-site.ts'
import { durationNotices } from './duration-notice.ts'
import { acquireMachineLock } from './machine-lock.ts'
import { printNotice } from './print-notice.ts'
import { selfComparisonNotice } from './self-comparison.ts'

/**
 * Starts a run and returns immediately. The run waits until no other process of this user puts load on a target from
 * this machine. Throws `LoadPlanError`, which lists all mistakes of the plan, before any traffic. Problems with the
 * target reject `result`.
 */
export function startLoad(plan: LoadPlan, options?: RunOptions): LoadRun
export function startLoad(plan: CustomPlan, options?: RunOptions): LoadRun
export function startLoad<Plan extends object>(plan: SpreadPlan<Plan>, options?: RunOptions): LoadRun
export function startLoad(plan: WrittenPlan, options: RunOptions = {}): LoadRun {
  const site = callSite(startLoad)
  sayNotices(plan)
  try {
    const run = startMerged(plan, options, machineAdmission(options))
    // Before the script can see the result, whose parts matchers accept then, or the error.
    run.result.then(adopt, (error: unknown) => void site.point(error))
    return run
  } catch (error) {
    throw site.point(error)
  }
}

/**
 * Runs a plan to its end. It waits until no other process of this user puts load on a target from this machine. Rejects
 * with `LoadPlanError` or `LoadTargetError`; a failed request is data in the result.
 */
export function runLoad(plan: LoadPlan, options?: RunOptions): Promise<LoadResult>
export function runLoad(plan: CustomPlan, options?: RunOptions): Promise<LoadResult>
export function runLoad<Plan extends object>(plan: SpreadPlan<Plan>, options?: RunOptions): Promise<LoadResult>
export async function runLoad(plan: WrittenPlan, options: RunOptions = {}): Promise<LoadResult> {
  const site = callSite(runLoad)
  sayNotices(plan)
  try {
    const result = await runMerged(plan, options, machineAdmission(options))
    adopt(result)
    return result
  } catch (error) {
    throw site.point(error)
  }
}

function adopt(result: LoadResult): void {
  adoptResult(result)
  const notice = selfComparisonNotice(result)
  if (notice !== undefined) printNotice(notice)
}

function sayNotices(plan: unknown): void {
  const notices = isRecord(plan) ? durationNotices(plan) : []
  for (const { text } of notices) printNotice(text)
}

/** Waits for loads of other processes. The loads of this thread run together, as its code started them. */
function machineAdmission({ name = basename(argv[1] ?? 'a script') }: RunOptions): Admission {
  return async (signal) => {
    const { release } = await acquireMachineLock(name, {
      signal,
      isShared: true,
      onWait: (holder) => printNotice(formatWaiting(holder)),
    })
    // Otherwise the next load would have to find out that this process has exited.
    process.on('exit', release)
    return () => {
      process.removeListener('exit', release)
      release()
    }
  }
}
