import { HostWatch } from '../../../measure/monitor/index.ts'
import type { QuietFigures } from '../../../model/machine-check.ts'
import { realDelay } from '../../../model/real-time.ts'
import type { Ms } from '../../../model/units.ts'

/** Time between two timers. Node's timers count whole milliseconds, so they are up to 1 ms late everywhere. */
const TICK_MS: Ms = 5
/** Below this, the counters of the machine are too coarse. */
const MIN_TICKS = 100

/**
 * Watches a machine on which this process does nothing: how late its timers fire, and what others do. Null if the signal
 * aborts before there are enough timers.
 */
export async function measureQuiet(lengthMs: Ms, signal: AbortSignal): Promise<QuietFigures | null> {
  const host = new HostWatch()
  host.start()
  const lags: Ms[] = []
  const endMs = performance.now() + lengthMs
  while (performance.now() < endMs && !signal.aborted) {
    const dueMs = performance.now() + TICK_MS
    await realDelay(TICK_MS)
    lags.push(Math.max(0, performance.now() - dueMs))
  }
  if (lags.length < Math.min(MIN_TICKS, lengthMs / TICK_MS / 10)) return null
  const noise = host.read()
  const sorted = lags.toSorted((a, b) => a - b)
  const at = (share: number): Ms => sorted[Math.ceil(share * sorted.length) - 1] ?? 0
  return {
    lagP50Ms: at(0.5),
    lagP99Ms: at(0.99),
    lagMaxMs: at(1),
    stealRatio: noise?.stealRatio ?? null,
    foreignCores: noise?.foreignCores ?? null,
  }
}
