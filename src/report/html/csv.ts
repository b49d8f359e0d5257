import { timelineOf } from './charts/timeline.ts'
import type { RunView } from './run-view.ts'

const HEADS = 'result,at_ms,length_ms,offered_rps,achieved_rps,in_flight,p50_ms,p90_ms,p95_ms,p99_ms'

/** Returns the figures over time of all results of a run, one line per part of the time (RFC 4180). */
export function csvOf({ results }: RunView): string {
  const lines = results.flatMap(({ name, result }) =>
    timelineOf(result).map(({ atMs, lengthMs, offeredRps, achievedRps, inFlight, p50Ms, p90Ms, p95Ms, p99Ms }) =>
      [
        quoted(name),
        ...[atMs, lengthMs, offeredRps, achievedRps, inFlight, p50Ms, p90Ms, p95Ms, p99Ms].map((value) =>
          value === null ? '' : String(Number(value.toFixed(3))),
        ),
      ].join(','),
    ),
  )
  return `${[HEADS, ...lines].join('\r\n')}\r\n`
}

/** A spreadsheet would take a text that begins with one of these characters for a formula. */
const FORMULA = /^[=+\-@\t\r]/

function quoted(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
