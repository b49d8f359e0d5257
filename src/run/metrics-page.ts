import type { MetricsPage } from '../measure/monitor/index.ts'
import type { ResolvedPlan } from '../model/plan.ts'
import { checkHost } from './target.ts'

/**
 * The page of metrics that a plan names for its target, if it names one. Its host must be allowed as that of a target:
 * throws `LoadTargetError` otherwise. Whether anything answers there is seen during the run, which does not depend on it.
 */
export async function metricsPage({
  monitor,
  allowHosts,
}: Pick<ResolvedPlan, 'monitor' | 'allowHosts'>): Promise<MetricsPage | undefined> {
  if (typeof monitor !== 'object' || !('openMetrics' in monitor)) return undefined
  const url = new URL(monitor.openMetrics)
  return { url, addresses: await checkHost(url, allowHosts) }
}
