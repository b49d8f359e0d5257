/**
 * A process of its own that sends what it is told to, so that its memory can be looked at from outside: the plan comes
 * as JSON on the command line, and what came of it goes back as JSON, with the most memory that was ever resident.
 */
import type { LoadPlan } from '../model/plan.ts'
import { runLoad } from './index.ts'

export interface LargeRun {
  readonly successes: number
  readonly errors: number
  readonly bytesSent: number
  readonly bytesReceived: number
  readonly peakInUse: number
  /** In MB, of the whole process. */
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
