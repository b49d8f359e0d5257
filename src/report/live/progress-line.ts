import {
  formatCount,
  formatDuration,
  formatMs,
  formatPercent,
  formatPlural,
  formatRates,
} from '../../wording/figures.ts'
import type { Ms } from '../../model/units.ts'
import type { Progress } from './progress.ts'

/**
 * Returns one line about a running load, with its phase after the name:
 * `holds 500 req/s  12/30 s  500 → 499 req/s  p50 12.1  p99 83.2 ms  3 errors  6 in flight`. Rates (offered → achieved)
 * and percentiles are those of the last second; errors and drops are counted since the start.
 */
export function progressLine(progress: Progress): string {
  const { offeredRps, throughputRps, errors, dropped, inFlight, part } = progress
  const warning = toolWarning(progress)
  return [
    nameOf(progress),
    `${courseOf(progress)} s`,
    formatRates({ offered: offeredRps, achieved: throughputRps, unit: 'req/s' }),
    timesOf(progress),
    formatPlural(errors, 'error'),
    ...(dropped > 0 ? [`${formatCount(dropped)} dropped`] : []),
    `${formatCount(inFlight)} in flight`,
    ...(warning === undefined ? [] : [warning]),
    ...(part === undefined || part.leftMs === 0 ? [] : [`about ${formatDuration(part.leftMs)} left`]),
  ].join('  ')
}

/** Returns the name of a load with its part and its phase: `limits: 3 of about 12, 200 req/s`. */
export function nameOf({ name, phase, part }: Progress): string {
  const place = part === undefined ? [] : [`${part.number} of ${part.isExact ? '' : 'about '}${part.of}`]
  const details = [...place, ...(phase === null ? [] : [phase])]
  return details.length === 0 ? name : `${name}: ${details.join(', ')}`
}

/** Loads below this length show tenths of a second. */
const SHORT_MS: Ms = 2_000

/** Returns the elapsed and the planned seconds: `12/30`, `0.3/1.0`. */
export function courseOf({ elapsedMs, plannedMs }: Progress): string {
  return [elapsedMs, plannedMs].map((ms) => (ms / 1_000).toFixed(plannedMs < SHORT_MS ? 1 : 0)).join('/')
}

/** Returns how near the tool is to its own limit, beyond which it would distort the figures. */
export function toolWarning({ busyRatio }: Progress): string | undefined {
  return busyRatio === null ? undefined : `generator ${formatPercent(busyRatio)} busy`
}

function timesOf({ p50Ms, p99Ms, errors }: Progress): string {
  if (p50Ms !== null && p99Ms !== null) return `p50 ${formatMs(p50Ms)}  p99 ${formatMs(p99Ms)} ms`
  return errors > 0 ? 'no success yet' : 'no response yet'
}
