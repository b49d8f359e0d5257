/** The target as a process of this machine: starts, stops and watches it, and measures disturbance from outside. */
export { HostWatch, hostDoubts } from './host.ts'
export { type Guard, startGuard } from './process-group.ts'
export { SpanWatch, type SpanUse, UNKNOWN_USE } from './span-watch.ts'
export { readResources, type Resources } from './resources.ts'
export { runToEnd } from './run-to-end.ts'
export { startCommand, type StartedCommand } from './start-command.ts'
export type { TargetWatch } from './watch.ts'
export { watchTarget, type WatchSpec } from './watch-target.ts'
