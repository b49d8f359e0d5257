import { realDelay } from '../../model/real-time.ts'
import type { LoadResult } from '../../model/result.ts'
import type { UnitArea } from '../../model/unit-findings.ts'
import type { Ms, Rps } from '../../model/units.ts'
import type { WrittenPlan } from '../../plan/load-plan.ts'
import type { LoadRun } from '../../run/index.ts'
import type { UnitServer } from './unit-server-process.ts'

const POLL_MS: Ms = 10

/** What a check runs on. */
export interface Bench {
  /** Length of an ordinary run. */
  readonly durationMs: Ms
  readonly server: UnitServer
  /** Aborted when the test ends. */
  readonly signal: AbortSignal
  /** Runs a load on the recording server, unless the plan has another target. */
  load(plan: WrittenPlan): Promise<LoadResult>
  startLoad(plan: WrittenPlan): Promise<LoadRun>
}

/** What a run showed on both sides. */
export interface Observation {
  readonly holds: boolean
  /** What describe-load planned or reported. */
  readonly sent: string
  /** What the server counted. */
  readonly counted: string
  readonly result: LoadResult
}

/** Returns the rate and length of a run with this many requests, which takes a share of an ordinary run. */
export function shortRun(
  { durationMs }: Bench,
  requests: number,
  share = 0.3,
): { readonly rate: Rps; readonly duration: Ms } {
  const duration = share * durationMs
  return { rate: (1_000 * requests) / duration, duration }
}

/** Resolves once a condition holds. Rejects when the test ends. */
export async function until({ signal }: Bench, isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) {
    signal.throwIfAborted()
    await realDelay(POLL_MS)
  }
}

/** Resolves once the recording server has received a number of requests since the check began. */
export function whenReceived(bench: Bench, requests: number): Promise<void> {
  const { control } = bench.server
  return until(bench, async () => (await control.received()) >= requests)
}

/** A feature of describe-load, and the run that checks it against the counts of its server. */
export interface Check {
  readonly name: string
  /** It depends on times, which a busy machine changes. */
  readonly isTimed?: boolean
  observe(bench: Bench): Promise<Observation>
}

/** The checks of one part of describe-load. */
export interface CheckGroup {
  readonly area: UnitArea
  readonly checks: readonly Check[]
}
