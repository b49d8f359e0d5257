import type { RunMetric } from '../../measure/tracing/metrics.ts'
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
 * Metrics of the durations. Those named by the semantic conventions contain the service time, as spans do. The response
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
  const metrics: RunMetric[] = []
  for (const [operation, { serviceTime, responseTime }] of measured) {
    const requests = kept.filter(
      (each) => each.kind === 'request' && (operation === '' || each.operation === operation),
    )
    const attributes = {
      ...inCommon(requests),
      'load.generator_id': result.generatorId,
      ...(operation !== '' && { 'load.operation': operation }),
      'user_agent.synthetic.type': 'test',
    }
    const add = (name: string, distribution: Distribution, description: string): void =>
      void metrics.push({ name, description, attributes, distribution, startMs, endMs })
    const conventional = CONVENTIONAL.get(result.protocol)
    if (conventional !== undefined) add(conventional, serviceTime, 'Duration of requests, from the first byte sent')
    add('load.response_time', responseTime, 'Duration of requests, from their intended start')
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
