import type { TargetWatch } from '../../measure/monitor/index.ts'
import type { ResolvedPlan } from '../../plan/resolved-plan.ts'
import { checkHost } from './check-target.ts'

/**
 * Watches the metrics page that a plan names for its target, if any. The host of the page must be allowed like that of
 * a target: throws `LoadTargetError` otherwise. Whether the page can be read is only known during the run, which does
 * not depend on it.
 */
export async function watchMetricsPage({
  monitor,
  allowHosts,
}: Pick<ResolvedPlan, 'monitor' | 'allowHosts'>): Promise<TargetWatch | undefined> {
  if (typeof monitor !== 'object' || !('openMetrics' in monitor)) return undefined
  const url = new URL(monitor.openMetrics)
  const addresses = await checkHost(url, allowHosts)
  // Loads undici, which most runs do not need.
  const { watchMetrics } = await import('../../measure/monitor/watch-metrics.ts')
  return watchMetrics({ url, addresses })
}
