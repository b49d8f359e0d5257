import { type PercentileKey, requestsFor, SLA_PERCENTILES } from '../model/sla.ts'
import type { PlanIssue } from '../model/errors.ts'
import type { Sla } from '../model/sla.ts'
import { formatDuration, type Ms } from '../model/units.ts'

/** Absorbs the rounding error of a pattern's expected number of requests. */
const ROUNDING = 1e-6

/**
 * Rejects a percentile that cannot lie among the planned requests, `n · (1 − p) < 1`: no run of this size could be
 * judged on it. A plan without a single request has an issue that says so.
 */
export function requireEnoughForSla(
  sla: Sla,
  { expected, durationMs }: { readonly expected: number; readonly durationMs: Ms },
  issues: PlanIssue[],
): void {
  if (expected < 1 - ROUNDING) return
  const keys = Object.keys(SLA_PERCENTILES) as PercentileKey[]
  const fits = (key: PercentileKey): boolean => expected >= requestsFor(SLA_PERCENTILES[key]) - ROUNDING
  const lower = keys.findLast(fits)
  for (const key of keys) {
    if (sla[key] === undefined || fits(key)) continue
    const required = requestsFor(SLA_PERCENTILES[key])
    const seconds = Math.ceil((required * durationMs) / expected / 1_000 - ROUNDING)
    issues.push({
      key: `sla.${key}`,
      value: sla[key],
      rule: `needs at least ${required} requests, and this run has ${Math.floor(expected + ROUNDING)}`,
      remedy: `run ${formatDuration(seconds * 1_000)}${lower === undefined ? '' : `, or limit ${lower}`}`,
    })
  }
}
