import { formatCount, formatMs, formatNumber, formatPlural, formatRate } from '../../wording/figures.ts'
import type { Progress } from './progress.ts'

/**
 * Returns one line about a running load, with its phase after the name:
 * `holds 500 req/s  12/30 s  500 → 499 req/s  p50 12.1  p99 83.2 ms  3 errors  6 in flight`. Rates (offered → achieved)
 * and percentiles are those of the last second; errors and drops are counted since the start.
 */
export function progressLine(progress: Progress): string {
  const { name, phase, elapsedMs, plannedMs, offeredRps, throughputRps, errors, dropped, inFlight } = progress
  return [
    phase === null ? name : `${name}: ${phase}`,
    `${Math.round(elapsedMs / 1_000)}/${Math.round(plannedMs / 1_000)} s`,
    `${formatNumber(offeredRps)} → ${formatRate(throughputRps)}`,
    timesOf(progress),
    formatPlural(errors, 'error'),
    ...(dropped > 0 ? [`${formatCount(dropped)} dropped`] : []),
    `${formatCount(inFlight)} in flight`,
  ].join('  ')
}

function timesOf({ p50Ms, p99Ms, errors }: Progress): string {
  if (p50Ms !== null && p99Ms !== null) return `p50 ${formatMs(p50Ms)}  p99 ${formatMs(p99Ms)} ms`
  return errors > 0 ? 'no success yet' : 'no response yet'
}
