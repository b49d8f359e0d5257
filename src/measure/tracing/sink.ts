import type { TraceSink } from './trace-sink.ts'
import type { Resource } from '@opentelemetry/resources'
import type { SpanProcessor } from '@opentelemetry/sdk-trace'
import { messageOf } from '../../model/thrown.ts'
import { within } from '../../model/within.ts'

/**
 * Opens the provider that the user has registered, or else the collector that the environment names
 * (`OTEL_EXPORTER_OTLP_…`). Returns undefined if there is neither, and then loads nothing of OpenTelemetry. Rejects if
 * the exporter cannot be loaded.
 */
export async function openSink(env: Readonly<Record<string, string | undefined>>): Promise<TraceSink | undefined> {
  const registered = registeredProvider()
  if (registered !== undefined) return providerSink(registered)
  const named = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'].some(
    (key) => (env[key] ?? '') !== '',
  )
  if (!named || env['OTEL_SDK_DISABLED'] === 'true' || env['OTEL_TRACES_EXPORTER'] === 'none') return undefined
  const { otlpSink } = await import('./otlp-sink.ts').catch((error: unknown) => {
    // The API is a peer: a package manager can leave it out, or install the older version of an older SDK.
    const [reason = ''] = messageOf(error).split('\n')
    throw new Error(`the exporter needs @opentelemetry/api: npm install --save-dev ${API_PACKAGE} (${reason})`)
  })
  return otlpSink(env)
}

/** What the exporter needs. A registered provider works with any 1.x since 1.3. */
const API_PACKAGE = '@opentelemetry/api@^1.10.0'

interface Registered {
  readonly processor: Pick<SpanProcessor, 'onEnd' | 'forceFlush'>
  readonly resource: Resource
}

/** Key under which every copy of this major version of OpenTelemetry's API stores its registrations. */
const API = Symbol.for('opentelemetry.js.api.1')

/**
 * Returns the span processor of the registered provider. The ids of the spans were sent long ago, so a tracer cannot
 * start the spans: it would generate new ids. Instead, the sink passes ended spans directly to the provider's span
 * processor. The name of that property is private and has been the same in the second and third major version of the
 * SDK; it was public in the first.
 */
function registeredProvider(): Registered | undefined {
  const api: unknown = Reflect.get(globalThis, API)
  const proxy = property(api, 'trace')
  if (proxy === undefined) return undefined
  const getDelegate = property(proxy, 'getDelegate')
  const provider = typeof getDelegate === 'function' ? (getDelegate.call(proxy) as unknown) : proxy
  const processor =
    property(provider, '_activeSpanProcessor') ??
    property(property(provider, '_delegate'), '_activeSpanProcessor') ??
    property(provider, 'activeSpanProcessor')
  if (typeof property(processor, 'onEnd') !== 'function') return undefined
  const resource = property(provider, '_resource') ?? property(provider, 'resource') ?? { attributes: {} }
  return { processor: processor as Registered['processor'], resource: resource as Resource }
}

function property(of: unknown, name: string): unknown {
  return (typeof of === 'object' && of !== null) || typeof of === 'function' ? Reflect.get(of, name) : undefined
}

function providerSink({ processor, resource }: Registered): TraceSink {
  let exported = 0
  let lost = 0
  let because: string | undefined
  return {
    to: 'provider',
    resource,
    send(spans) {
      for (const span of spans) {
        try {
          processor.onEnd(span)
          exported++
        } catch (error) {
          lost++
          because ??= `the registered provider threw: ${messageOf(error)}`
        }
      }
    },
    async close(_metrics, patienceMs) {
      const flushed = await within(patienceMs, Promise.resolve(processor.forceFlush?.()))
      if (flushed !== 'done') because ??= `the registered provider did not flush: ${flushed}`
      return { exported, lost, ...(because !== undefined && { because }) }
    },
  }
}
