import type { SpanContext } from '@opentelemetry/api'
import type { KeptTraces, SampledTraces } from '../../measure/tracing/tracer.ts'
import type { TraceSink } from '../../measure/tracing/trace-sink.ts'
import { requestSpan, type RunFacts, runSpan } from '../../measure/tracing/spans.ts'
import { childOf, newTraceId } from '../../measure/tracing/trace-ids.ts'
import type { LoadResult } from '../../model/result.ts'
import { cleanText } from '../../model/text/clean.ts'
import { spanIdOf, traceIdOf } from '../../model/trace.ts'
import type { SlowRequest, TracedRequest, Traceparent, Tracing, TracingReport } from '../../model/trace.ts'
import type { Ms } from '../../model/units.ts'
import { messageOf } from '../../model/thrown.ts'
import { metricsOf } from './run-metrics.ts'

/** Maximum time that a completed run waits for its traces to be exported, outside of the measured part. */
const PATIENCE_MS = 3_000
/** Same for a run that the user stopped. */
const STOPPED_PATIENCE_MS = 300

/** Maximum number of requests in a result: the slowest of all threads, plus failed and ordinary ones. */
const MAX_SLOWEST = 50
const MAX_OTHERS = 50

/** Traces of one run, outside of its generator threads: the span of the run, and the export of all spans. */
export class RunTraces {
  /** Context of the run. */
  readonly traceparent: Traceparent
  readonly #mode: Exclude<Tracing, 'off'>
  readonly #generatorId: string
  readonly #parent: SpanContext | undefined
  readonly #zeroMs: () => Ms
  readonly #kept: (readonly TracedRequest[])[] = []
  #opening: Promise<TraceSink | undefined> | undefined
  #lost = 0
  #report: TracingReport

  /** `zeroMs` returns the start of the run's clock in ms since 1970, once it is known. */
  constructor(mode: Exclude<Tracing, 'off'>, generatorId: string, zeroMs: () => Ms) {
    this.#mode = mode
    this.#generatorId = generatorId
    this.#zeroMs = zeroMs
    this.#parent = activeSpan()
    const traceId = this.#parent?.traceId ?? newTraceId()
    this.traceparent = childOf(traceId, true)
    this.#report = { mode, to: null, exported: 0, lost: 0 }
  }

  /** Delivery of the traces; incomplete before `close`. */
  get report(): TracingReport {
    return this.#report
  }

  /** The slowest requests first, then the others that were kept. */
  get slowest(): readonly SlowRequest[] {
    const requests = this.#kept.flat().filter(({ kind, sentMs }) => kind === 'request' && !Number.isNaN(sentMs))
    const bySlowness = [...requests].sort((a, b) => responseMs(b) - responseMs(a))
    const slow = bySlowness.filter(({ because }) => because === 'slowest').slice(0, MAX_SLOWEST)
    const others = bySlowness.filter(({ because }) => because !== 'slowest').slice(0, MAX_OTHERS)
    return [...slow, ...others].map(slowRequest)
  }

  /** Exports spans that were sampled from their start, during the run. */
  sampled({ spans, lost }: SampledTraces, result: () => LoadResult): void {
    this.#lost += lost
    // `close` reports why the destination could not be opened.
    this.#send(spans, result()).catch(() => {})
  }

  /** Keeps the traces of a thread that has ended. */
  keep({ kept }: KeptTraces): void {
    this.#kept.push(...kept)
  }

  /**
   * Hands over all traces and waits for their export for a limited time. The run lasted `elapsedMs`, after a
   * warm-up that began `leadMs` earlier. Never rejects, because traces must not fail a load test.
   */
  async close(
    result: LoadResult,
    { leadMs, elapsedMs }: { readonly leadMs: Ms; readonly elapsedMs: Ms },
  ): Promise<void> {
    let sink: TraceSink | undefined
    try {
      sink = await this.#sink()
      if (sink === undefined) return
      if (this.#mode === 'slowest') await this.#send(this.#kept.flat(), result)
      const facts = this.#facts(result)
      const startMs = facts.zeroMs - leadMs
      const endMs = facts.zeroMs + Math.max(elapsedMs, result.durationMs)
      sink.send([runSpan(facts, this.#parent, { startMs, endMs, attributes: attributesOf(result) }, sink.resource)])
      const patienceMs = result.ended === 'completed' ? PATIENCE_MS : STOPPED_PATIENCE_MS
      const delivery = await sink.close(metricsOf(result, this.#kept.flat(), facts.zeroMs, endMs), patienceMs)
      this.#report = { mode: this.#mode, to: sink.to, ...delivery, lost: delivery.lost + this.#lost }
      this.#reportLosses()
    } catch (error) {
      const because = `traces were not exported: ${cleanText(messageOf(error))}`
      this.#report = { ...this.#report, to: sink?.to ?? null, because }
      process.stderr.write(`describe-load: ${because}\n`)
    }
  }

  /** Reports lost spans in one line, regardless of their number. */
  #reportLosses(): void {
    const { lost, because = 'the queue was full' } = this.#report
    if (lost > 0) process.stderr.write(`describe-load: ${lost} spans were not exported: ${cleanText(because)}\n`)
  }

  async #send(requests: readonly TracedRequest[], result: LoadResult): Promise<void> {
    const sink = await this.#sink()
    if (sink === undefined || requests.length === 0) return
    const facts = this.#facts(result)
    const sent = requests.filter(({ sentMs }) => !Number.isNaN(sentMs))
    sink.send(sent.map((request) => requestSpan(request, facts, sink.resource)))
  }

  #facts({ protocol, protocolVersion }: LoadResult): RunFacts {
    return {
      generatorId: this.#generatorId,
      traceparent: this.traceparent,
      zeroMs: this.#zeroMs(),
      protocol,
      protocolVersion,
    }
  }

  /** Opened when the first spans arrive, because loading the exporter takes time. */
  #sink(): Promise<TraceSink | undefined> {
    this.#opening ??= import('../../measure/tracing/sink.ts').then(({ openSink }) => openSink(process.env))
    return this.#opening
  }
}

function responseMs({ doneMs, intendedMs }: TracedRequest): Ms {
  return doneMs - intendedMs
}

function slowRequest(request: TracedRequest): SlowRequest {
  const { traceparent, because, about, operation, requestId, errorClass, message } = request
  const { intendedMs, dueMs, sentMs, doneMs } = request
  const traceId = traceIdOf(traceparent)
  const spanId = spanIdOf(traceparent)
  const template = process.env['LOAD_TRACE_URL'] ?? ''
  return {
    traceId,
    spanId,
    ...(template !== '' && { url: template.replaceAll('{traceId}', traceId).replaceAll('{spanId}', spanId) }),
    because,
    name: cleanText(about.name),
    operation: cleanText(operation),
    requestId,
    responseMs: responseMs(request),
    serviceMs: doneMs - sentMs,
    intendedMs,
    dueMs,
    sentMs,
    doneMs,
    ...(errorClass !== undefined && { errorClass }),
    ...(message !== undefined && { message }),
  }
}

function attributesOf(result: LoadResult): Record<string, string | number> {
  const { name, pattern, plan, requestsScheduled, errorRate, ended, seed } = result
  return {
    'load.name': name,
    'load.pattern': pattern,
    ...(plan.rate !== undefined && { 'load.rate': plan.rate }),
    'load.requests_scheduled': requestsScheduled,
    'load.error_rate': errorRate,
    'load.ended': ended,
    'load.seed': seed,
  }
}

/** Key under which every copy of this major version of OpenTelemetry's API stores its registrations. */
const API = Symbol.for('opentelemetry.js.api.1')
/** Key under which the API stores the active span in its contexts. */
const SPAN_KEY = Symbol.for('OpenTelemetry Context Key SPAN')

interface ContextManager {
  active(): { getValue(key: symbol): { spanContext(): SpanContext } | undefined }
}

/** Returns the span that is active when the run starts; with Vitest's tracing, that of the test. */
function activeSpan(): SpanContext | undefined {
  const api = Reflect.get(globalThis, API) as { readonly context?: ContextManager } | undefined
  return api?.context?.active().getValue(SPAN_KEY)?.spanContext()
}
