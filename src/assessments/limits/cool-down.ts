import type { SuiteContext } from '../suite.ts'
import { setTimeout as delay } from 'node:timers/promises'
import { LoadTargetError } from '../../model/errors.ts'
import type { WrittenPlan } from '../../plan/load-plan.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Ms } from '../../model/units.ts'
import type { LoadRun } from '../../run/index.ts'

/** After this many probes, the search continues even if the target has not recovered. */
const MAX_PROBES = 6
/** A server that a load has ended may start again within this time. */
const RESTARTS_MS: Ms = 10_000

interface CoolDown {
  /** The plan that the trials share; a probe uses the same timeout. */
  readonly plan: WrittenPlan
  readonly startLoad: SuiteContext['startLoad']
  readonly calm: LoadResult
  readonly signal: AbortSignal
  /** Beginning of the error if the target is gone. */
  readonly whenGone: string
}

/**
 * Waits until the target answers single requests as fast as before the load, so that an overload does not affect the
 * next trial: a server continues to process what its clients have given up. The probes belong to no result. Rejects
 * with `LoadTargetError` if nothing listens any more.
 */
export async function coolDown({ plan, startLoad, calm, signal, whenGone }: CoolDown): Promise<void> {
  const calmMs = calm.serviceTime.p50Ms ?? 50
  const duration: Ms = Math.min(2_000, Math.max(250, 4 * calmMs))
  const probe: WrittenPlan = { ...plan, concurrency: 1, duration, warmUp: 0, monitor: 'off' }
  const startedMs = performance.now()
  for (let probes = 0; probes < MAX_PROBES;) {
    await delay(200, undefined, { signal })
    try {
      const { serviceTime } = await resultOf(await startLoad(probe, { record: false }), signal)
      if (serviceTime.p50Ms !== undefined && serviceTime.p50Ms <= 1.5 * calmMs + 2) return
      probes++
    } catch (error) {
      const isGone = error instanceof LoadTargetError && error.code === 'ERR_LOAD_TARGET_UNREACHABLE'
      if (!isGone) throw error
      if (performance.now() - startedMs > RESTARTS_MS)
        throw new LoadTargetError(error.code, `${whenGone}: ${error.message}`)
    }
  }
}

/** Waits for the result of a run; stops it when the test ends. */
async function resultOf(run: LoadRun, signal: AbortSignal): Promise<LoadResult> {
  const stop = (): void => void run.stop('the search ended')
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await run.result
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
