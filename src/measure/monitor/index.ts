/** The target as a process of this machine: starting and stopping it, watching what it uses, and what disturbs it. */
export { HostWatch, hostDoubts } from './host.ts'
export { readResources, type Resources } from './resources.ts'
export { startCommand, type StartedCommand } from './start-command.ts'
export type { TargetWatch } from './watch.ts'
export { type MetricsPage, watchMetrics } from './watch-metrics.ts'
export { watchTarget, type WatchSpec } from './watch-target.ts'
