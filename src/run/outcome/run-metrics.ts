import { durationsIn, type RunMetric, valuesOf } from '../../measure/tracing/metrics.ts'
import type { Distribution } from '../../model/figures.ts'
import type { LoadResult } from '../../model/result.ts'
import type { SpanAbout, TracedRequest } from '../../model/trace.ts'
import type { Ms } from '../../model/units.ts'

/** Attributes that the semantic conventions require on metrics, about the counted requests and the server. */
const METRIC_ATTRIBUTES = [
  'http.request.method',
  'mcp.method.name',
  'gen_ai.tool.name',
  'gen_ai.prompt.name',
  'network.transport',
  'server.address',
  'server.port',
] as const

/**
 * Metrics of the durations, and those that the code of the test recorded, under their own names. The durations named by the semantic conventions contain the service time, as spans do. The response
 * time, which counts from the intended start, gets a custom name. The attributes of an operation are those that its
 * kept traces have in common.
 */
export function metricsOf(
  result: LoadResult,
  kept: readonly TracedRequest[],
  startMs: Ms,
  endMs: Ms,
): readonly RunMetric[] {
  const groups = Object.entries(result.operations)
  const measured = groups.length > 0 ? groups : ([['', result]] as const)
  const ofRun = { 'load.generator_id': result.generatorId, 'user_agent.synthetic.type': 'test' }
  const metrics: RunMetric[] = []
  for (const [operation, { serviceTime, responseTime }] of measured) {
    const requests = kept.filter(
      (each) => each.kind === 'request' && (operation === '' || each.operation === operation),
    )
    const attributes = {
      ...inCommon(requests),
      ...ofRun,
      ...(operation !== '' && { 'load.operation': operation }),
    }
    const add = (name: string, distribution: Distribution, description: string): void => {
      const values = durationsIn(distribution)
      if (values !== undefined) metrics.push({ name, description, unit: 's', attributes, values, startMs, endMs })
    }
    const conventional = CONVENTIONAL.get(result.protocol)
    if (conventional !== undefined) add(conventional, serviceTime, 'Duration of requests, from the first byte sent')
    add('load.response_time', responseTime, 'Duration of requests, from their intended start')
  }
  const attributes = { ...inCommon(kept.filter(({ kind }) => kind === 'request')), ...ofRun }
  for (const metric of Object.values(result.metrics)) {
    const { name, unit } = metric
    const description = 'Values that the code of the load test recorded'
    metrics.push({ name, description, unit, attributes, values: valuesOf(metric), startMs, endMs })
  }
  return metrics
}

const CONVENTIONAL: ReadonlyMap<string, string> = new Map([
  ['http', 'http.client.request.duration'],
  ['mcp', 'mcp.client.operation.duration'],
])

function inCommon(requests: readonly TracedRequest[]): SpanAbout['attributes'] {
  return Object.fromEntries(
    METRIC_ATTRIBUTES.flatMap((name) => {
      const [value, ...others] = new Set(requests.map(({ about }) => about.attributes[name]))
      return value === undefined || others.length > 0 ? [] : [[name, value]]
    }),
  )
}
