import { context } from '@opentelemetry/api'
import type { ExportResult } from '@opentelemetry/core'
import { suppressTracing } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { messageOf } from '../../model/thrown.ts'
import type { Ms } from '../../model/units.ts'
import { within } from '../../model/within.ts'
import { exportMetrics, isExported, metricsEndpoint } from './metrics.ts'
import type { TraceSink } from './trace-sink.ts'

/** Maximum number of spans in one message to the collector. */
const BATCH = 512
/** Maximum number of spans that wait while a collector is slow; any further ones are lost. */
const MAX_WAITING = 50_000

type Signal = 'spans' | 'metrics'

/** What collectors have failed to take in this process. Later runs wait for them only briefly. */
const failed = new Set<string>()
const SHORT_PATIENCE_MS = 300

/** Waits until a collector has taken something; resolves with 'done', or with what went wrong. */
async function taken(signal: Signal, where: string, sent: Promise<unknown>, patienceMs: Ms): Promise<string> {
  const key = `${signal} ${where}`
  const outcome = await within(failed.has(key) ? Math.min(SHORT_PATIENCE_MS, patienceMs) : patienceMs, sent)
  if (outcome === 'done') failed.delete(key)
  else failed.add(key)
  return outcome
}

/**
 * Sends spans by OTLP over HTTP, one message at a time, in parallel with the run and without delaying it. The
 * environment gives the collector's address and headers, as the OpenTelemetry specification defines.
 */
export function otlpSink(env: Readonly<Record<string, string | undefined>>): TraceSink {
  const exporter = new OTLPTraceExporter()
  const where = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ?? env['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? ''
  const resource = defaultResource()
    .merge(resourceFromAttributes({ 'service.name': 'describe-load' }))
    .merge(detectResources({ detectors: [envDetector] }))
  let waiting: ReadableSpan[] = []
  let received = 0
  let exported = 0
  let because: string | undefined
  let sending: Promise<void> | undefined
  const closed = new AbortController()

  async function sendAll(): Promise<void> {
    while (waiting.length > 0 && !closed.signal.aborted) {
      const batch = waiting.slice(0, BATCH)
      waiting = waiting.slice(BATCH)
      const failure = await exportBatch(batch)
      if (failure === undefined) exported += batch.length
      else because ??= `${where} does not accept spans: ${failure}`
    }
    sending = undefined
  }

  function exportBatch(batch: ReadableSpan[]): Promise<string | undefined> {
    const { promise, resolve } = Promise.withResolvers<string | undefined>()
    const onResult = (result: ExportResult): void =>
      resolve(isExported(result) ? undefined : formatExportError(result.error))
    try {
      // The exporter's own requests must not be traced.
      context.with(suppressTracing(context.active()), () => exporter.export(batch, onResult))
    } catch (error) {
      resolve(messageOf(error))
    }
    return promise
  }

  return {
    to: 'otlp',
    resource,
    send(spans) {
      received += spans.length
      waiting.push(...spans.slice(0, Math.max(0, MAX_WAITING - waiting.length)))
      sending ??= sendAll()
    },
    async close(metrics, patienceMs) {
      const spansSent = Promise.resolve(sending).then(() => {
        if (because !== undefined) throw new Error(because)
      })
      const metricsTo = metricsEndpoint(env)
      const [outcome] = await Promise.all([
        taken('spans', where, spansSent, patienceMs),
        // Many collectors of traces take no metrics, which says nothing about the spans.
        metricsTo && taken('metrics', metricsTo, exportMetrics(metrics, resource, env), patienceMs),
      ])
      closed.abort()
      if (outcome !== 'done') because ??= `${where} does not accept spans: ${outcome}`
      void exporter.shutdown().catch(() => {})
      const lost = received - exported
      return {
        exported,
        lost,
        ...(lost > 0 && { because: because ?? `the queue holds at most ${MAX_WAITING} spans` }),
      }
    },
  }
}

function formatExportError(error: Error | undefined): string {
  if (error === undefined) return 'it gave no reason'
  const { code } = error as Error & { readonly code?: unknown }
  return typeof code === 'number' ? `${code} ${error.message}` : error.message
}
