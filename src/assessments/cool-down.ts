import { setTimeout as delay } from 'node:timers/promises'
import type { LoadPlan } from '../model/plan.ts'
import type { LoadResult } from '../model/result.ts'
import type { Ms } from '../model/units.ts'
import { runLoad } from '../run/index.ts'

/** A target that is not itself by then is tried all the same. */
const MOST_PROBES = 6

/**
 * Waits until a target answers single requests as fast as it did in calm, for one overload must not poison the next
 * trial: a server goes on with what its clients have given up. The probes belong to no result.
 */
export async function coolDown(plan: LoadPlan, calm: LoadResult, signal: AbortSignal): Promise<void> {
  const calmMs = 'p50Ms' in calm.serviceTime ? calm.serviceTime.p50Ms : 50
  const duration: Ms = Math.min(2_000, Math.max(250, 4 * calmMs))
  for (let probes = 0; probes < MOST_PROBES; probes++) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
    await delay(200, undefined, { signal })
    // oxlint-disable-next-line no-await-in-loop
    const { serviceTime } = await runLoad({ ...plan, concurrency: 1, duration, monitor: 'off' }, { name: 'cool-down' })
    if ('p50Ms' in serviceTime && serviceTime.p50Ms <= 1.5 * calmMs + 2) return
  }
}
