import { errorsOverTime, statusesOverTime } from './errors-over-time.ts'
import { inFlight } from './in-flight.ts'
import { latencyOverTime } from './latency-over-time.ts'
import { rates } from './rates.ts'
import type { ResultChart } from './result-chart.ts'
import { targetCpu } from './target-cpu.ts'
import { targetMemory } from './target-memory.ts'

/** The charts over the time of a result, in the order of the page. One line registers a chart. */
export const resultCharts: readonly ResultChart[] = [
  latencyOverTime,
  rates,
  inFlight,
  errorsOverTime,
  statusesOverTime,
  targetCpu,
  targetMemory,
]
