/**
 * A separate process that runs a plan, so that its memory can be measured from outside. It reads the plan as JSON from
 * the command line and prints the result as JSON, with its peak resident memory.
 */
import type { LoadPlan } from '../../plan/load-plan.ts'
import { runLoad } from '../index.ts'

export interface LargeRun {
  readonly successes: number
  readonly errors: number
  readonly bytesSent: number
  readonly bytesReceived: number
  readonly peakInUse: number
  /** In MB, for the whole process. */
  readonly peakRssMb: number
}

const plan = JSON.parse(process.argv[2] ?? '{}') as LoadPlan
const { successes, errors, errorsByClass, bytesSent, bytesReceived, pool } = await runLoad(plan)
if (errors > 0) process.stderr.write(`${JSON.stringify(errorsByClass)}\n`)
const report: LargeRun = {
  successes,
  errors,
  bytesSent,
  bytesReceived,
  peakInUse: pool.peakInUse,
  peakRssMb: process.resourceUsage().maxRSS / 1_024,
}
process.stdout.write(JSON.stringify(report))
