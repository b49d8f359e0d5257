import type { WorkCounts } from '../../demo/work/books.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Bench } from './check.ts'
import type { WorkTarget } from './unit-server.ts'

/** What an embedded target counted in a part of a check. */
type WorkDone = Pick<WorkCounts, 'verbs' | 'faults' | 'bytesIn' | 'bytesOut' | 'sessionsOpened'>

interface TargetOfRun {
  readonly url: string
  /** Returns what the target counted since the run began. */
  soFar(): Promise<WorkDone>
}

interface WorkDuring {
  readonly result: LoadResult
  readonly done: WorkDone
}

/** Runs a load on an embedded target. Returns its result, and what the target counted meanwhile. */
export async function workDuring(
  { server: { control } }: Bench,
  target: WorkTarget,
  run: (target: TargetOfRun) => Promise<LoadResult>,
): Promise<WorkDuring> {
  const { [target]: url } = await control.urls()
  const before = await control.workCounts(target)
  const soFar = async (): Promise<WorkDone> => difference(before, await control.workCounts(target))
  const result = await run({ url, soFar })
  return { result, done: await soFar() }
}

function difference(before: WorkCounts, after: WorkCounts): WorkDone {
  return {
    verbs: differences(before.verbs, after.verbs),
    faults: differences(before.faults, after.faults),
    bytesIn: after.bytesIn - before.bytesIn,
    bytesOut: after.bytesOut - before.bytesOut,
    sessionsOpened: after.sessionsOpened - before.sessionsOpened,
  }
}

function differences(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)]))
}
