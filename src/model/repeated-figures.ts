/**
 * Parts of a result whose times are those of the whole run, such as its only operation. An artifact does not repeat
 * them: the texts of their histograms and batches are empty.
 */
import { DISTRIBUTIONS, type Distribution, type JudgedFigures, type LatencyName, LATENCIES } from './figures.ts'
import { mapValues } from './map-values.ts'
import type { LoadResult } from './result.ts'

/** Returns a part of a run without the histograms and times of batches that it shares with the run. */
export function withoutRepeated<Kind extends JudgedFigures>(part: Kind, run: JudgedFigures): Kind {
  const times = DISTRIBUTIONS.map((name) => [name, withoutHistogram(part[name], run[name])])
  const { startMs, lengthMs } = run.batches
  const isAligned = part.batches.startMs === startMs && part.batches.lengthMs === lengthMs
  const repeated = LATENCIES.filter((name) => isAligned && isSame(part, run, name))
  const batches = { ...part.batches, ...Object.fromEntries(repeated.map((name) => [name, ''])) }
  return { ...part, ...Object.fromEntries(times), batches }
}

/** Returns a result whose parts have all their times; the result itself if they are complete. */
export function withCompleteParts(result: LoadResult): LoadResult {
  const complete = <Kind extends JudgedFigures>(part: Kind): Kind => withRepeated(part, result)
  const operations = mapValues(result.operations, complete)
  const phases = mapValues(result.phases, complete)
  const journeys = result.journeys === null ? null : complete(result.journeys)
  const isChanged = (key: 'operations' | 'phases', parts: Readonly<Record<string, JudgedFigures>>): boolean =>
    Object.entries(parts).some(([name, part]) => result[key][name] !== part)
  const isComplete =
    !isChanged('operations', operations) && !isChanged('phases', phases) && journeys === result.journeys
  return isComplete ? result : { ...result, operations, phases, journeys }
}

function withRepeated<Kind extends JudgedFigures>(part: Kind, run: JudgedFigures): Kind {
  const left = DISTRIBUTIONS.filter((name) => part[name].histogram === '')
  const repeated = LATENCIES.filter((name) => part[name].count > 0 && part.batches[name] === '')
  if (left.length + repeated.length === 0) return part
  const batches = { ...part.batches, ...Object.fromEntries(repeated.map((name) => [name, run.batches[name]])) }
  return { ...part, ...Object.fromEntries(left.map((name) => [name, run[name]])), batches }
}

function withoutHistogram(times: Distribution, ofRun: Distribution): Distribution {
  return times.p50Ms === undefined || times.histogram !== ofRun.histogram ? times : { ...times, histogram: '' }
}

/** Packed times depend on the histogram as well. */
function isSame(part: JudgedFigures, run: JudgedFigures, name: LatencyName): boolean {
  const times = part.batches[name]
  return typeof times === 'string' && times === run.batches[name] && part[name].histogram === run[name].histogram
}
