/** The target as a process of this machine: starting and stopping it, watching what it uses, and what disturbs it. */
export { HostWatch, hostDoubts } from './host.ts'
export { startCommand, type StartedCommand } from './start-command.ts'
export { watchTarget, type TargetWatch, type WatchSpec } from './watch-target.ts'
