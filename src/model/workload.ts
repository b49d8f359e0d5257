import type { WorkloadName, WorkName } from './plan.ts'

interface WeightedWork {
  readonly work: WorkName
  readonly weight: number
}

/** The operations of each workload. To add a workload, add a line here. */
export const WORKLOADS: Readonly<Record<WorkloadName, readonly WeightedWork[]>> = {
  read: [{ work: 'read', weight: 1 }],
  'read-heavy': [
    { work: 'read', weight: 90 },
    { work: 'write', weight: 10 },
  ],
  'write-heavy': [
    { work: 'read', weight: 10 },
    { work: 'write', weight: 90 },
  ],
  balanced: [
    { work: 'read', weight: 50 },
    { work: 'write', weight: 50 },
  ],
  batch: [
    { work: 'read', weight: 50 },
    { work: 'write', weight: 50 },
  ],
  stream: [{ work: 'stream', weight: 1 }],
}
