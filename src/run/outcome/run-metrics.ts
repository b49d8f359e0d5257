import { durationsIn, type RunMetric, valuesOf } from '../../measure/tracing/metrics.ts'
import type { Distribution } from '../../model/figures.ts'
import type { LoadResult } from '../../model/result.ts'
import { targetUse } from '../../model/target-use.ts'
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
 * Metrics of the durations, those that the code of the test recorded, under their own names, and what the target used.
 * The durations named by the semantic conventions contain the service time, as spans do. The response time, which
 * counts from the intended start, gets a custom name. The attributes of an operation are those that its kept traces
 * have in common.
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
  return [...metrics, ...targetMetrics(result, startMs, endMs)]
}

/** What the monitored target used, in the sampled time. The names follow those of `process.*` in the conventions. */
function targetMetrics({ target, generatorId }: LoadResult, startMs: Ms, endMs: Ms): readonly RunMetric[] {
  const { cpuSeconds, maxRssMb, bytesIn, bytesOut } = targetUse(target.samples)
  const metric = (
    name: string,
    description: string,
    [kind, number, unit]: readonly ['sum' | 'gauge', number | null, string],
    attributes: RunMetric['attributes'] = {},
  ): readonly RunMetric[] => {
    if (number === null) return []
    const all = { 'load.generator_id': generatorId, ...attributes }
    return [{ name, description, attributes: all, unit, values: { kind, number }, startMs, endMs }]
  }
  const network = (direction: 'receive' | 'transmit', bytes: number | null): readonly RunMetric[] =>
    metric('load.target.network.io', 'Network bytes of the target', ['sum', bytes, 'By'], {
      'network.io.direction': direction,
    })
  const maxBytes = maxRssMb === null ? null : Math.round(maxRssMb * 2 ** 20)
  return [
    ...metric('load.target.cpu.time', 'CPU time of the target', ['sum', cpuSeconds, 's']),
    ...metric('load.target.memory.usage', 'Maximum resident memory of the target', ['gauge', maxBytes, 'By']),
    ...network('receive', bytesIn),
    ...network('transmit', bytesOut),
  ]
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
