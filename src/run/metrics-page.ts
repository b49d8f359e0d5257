import type { MetricsPage } from '../measure/monitor/index.ts'
import type { ResolvedPlan } from '../model/plan.ts'
import { checkHost } from './target.ts'

/**
 * Returns the metrics page that a plan names for its target, if any. Its host must be allowed like that of a target:
 * throws `LoadTargetError` otherwise. Whether the page can be read is only known during the run, which does not depend
 * on it.
 */
export async function metricsPage({
  monitor,
  allowHosts,
}: Pick<ResolvedPlan, 'monitor' | 'allowHosts'>): Promise<MetricsPage | undefined> {
  if (typeof monitor !== 'object' || !('openMetrics' in monitor)) return undefined
  const url = new URL(monitor.openMetrics)
  return { url, addresses: await checkHost(url, allowHosts) }
}
