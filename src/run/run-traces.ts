import type { SpanContext } from '@opentelemetry/api'
import type { KeptTraces, SampledTraces } from '../measure/tracing/tracer.ts'
import type { TraceSink } from '../measure/tracing/sink.ts'
import { requestSpan, type RunFacts, runSpan } from '../measure/tracing/spans.ts'
import { childOf, newTraceId } from '../measure/tracing/trace-ids.ts'
import type { LoadResult } from '../model/result.ts'
import { spanIdOf, traceIdOf } from '../model/trace.ts'
import type { SlowRequest, TracedRequest, Traceparent, Tracing, TracingReport } from '../model/trace.ts'
import type { Ms } from '../model/units.ts'
import { redactText } from '../report/redact.ts'
import { metricsOf } from './run-metrics.ts'

/** How long a run that completed waits for its traces to be taken: outside of what is measured. */
const PATIENCE_MS = 3_000
/** Who stopped a run does not wait. */
const STOPPED_PATIENCE_MS = 300

/** Requests in a result: the slowest of all threads, and what failed or was ordinary. */
const MOST_SLOWEST = 50
const MOST_OTHERS = 50

/** Traces of one run, outside of its generator threads: its own span, and where all of them go. */
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

  /** `zeroMs`: zero of the run's clock in ms since 1970, once it is known. */
  constructor(mode: Exclude<Tracing, 'off'>, generatorId: string, zeroMs: () => Ms) {
    this.#mode = mode
    this.#generatorId = generatorId
    this.#zeroMs = zeroMs
    this.#parent = activeSpan()
    const traceId = this.#parent?.traceId ?? newTraceId()
    this.traceparent = childOf(traceId, true)
    this.#report = { mode, to: null, exported: 0, lost: 0 }
  }

  /** What became of them; before `close`, nothing yet. */
  get report(): TracingReport {
    return this.#report
  }

  /** The slowest first, then the others that were kept. */
  get slowest(): readonly SlowRequest[] {
    const requests = this.#kept.flat().filter(({ kind, sentMs }) => kind === 'request' && !Number.isNaN(sentMs))
    const bySlowness = [...requests].sort((a, b) => responseMs(b) - responseMs(a))
    const slow = bySlowness.filter(({ because }) => because === 'slowest').slice(0, MOST_SLOWEST)
    const others = bySlowness.filter(({ because }) => because !== 'slowest').slice(0, MOST_OTHERS)
    return [...slow, ...others].map(slowRequest)
  }

  /** Sampled from their start: they go out while the run goes on. */
  sampled({ spans, lost }: SampledTraces, result: () => LoadResult): void {
    this.#lost += lost
    void this.#send(spans, result())
  }

  /** Kept by a thread that has ended. */
  keep({ kept }: KeptTraces): void {
    this.#kept.push(...kept)
  }

  /** Everything is handed over, and waited for a while. Never rejects: traces are no reason for a load to fail. */
  async close(result: LoadResult): Promise<void> {
    const sink = await this.#sink()
    if (sink === undefined) return
    try {
      if (this.#mode === 'slowest') await this.#send(this.#kept.flat(), result)
      const facts = this.#facts(result)
      const startMs = facts.zeroMs - result.plan.warmUpMs
      const endMs = facts.zeroMs + result.durationMs + result.drainMs
      sink.send([runSpan(facts, this.#parent, { startMs, endMs, attributes: attributesOf(result) }, sink.resource)])
      const patienceMs = result.ended === 'completed' ? PATIENCE_MS : STOPPED_PATIENCE_MS
      const delivery = await sink.close(metricsOf(result, this.#kept.flat(), facts.zeroMs, endMs), patienceMs)
      this.#report = { mode: this.#mode, to: sink.to, ...delivery, lost: delivery.lost + this.#lost }
      this.#tellLosses()
    } catch (error) {
      const because = error instanceof Error ? error.message : String(error)
      this.#report = { ...this.#report, to: sink.to, because: `traces were not exported: ${because}` }
    }
  }

  /** In one line, whatever a collector did to however many of them. */
  #tellLosses(): void {
    const { lost, because = 'they were more than there was room for' } = this.#report
    if (lost > 0) process.stderr.write(`describe-load: ${lost} spans were not exported: ${because}\n`)
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
      clean: redactText,
    }
  }

  /** Looked for when the first spans are there, for loading what exports them takes its time. */
  async #sink(): Promise<TraceSink | undefined> {
    this.#opening ??= import('../measure/tracing/sink.ts').then(({ openSink }) => openSink(process.env))
    return this.#opening.catch(() => undefined)
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
    name: about.name,
    operation,
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

/** Where every copy of OpenTelemetry's API of this major version keeps what was registered. */
const API = Symbol.for('opentelemetry.js.api.1')
/** By this key the API keeps the active span in its contexts. */
const SPAN_KEY = Symbol.for('OpenTelemetry Context Key SPAN')

interface ContextManager {
  active(): { getValue(key: symbol): { spanContext(): SpanContext } | undefined }
}

/** The span that is active where the run is started: that of the test, where Vitest traces its tests. */
function activeSpan(): SpanContext | undefined {
  const api = Reflect.get(globalThis, API) as { readonly context?: ContextManager } | undefined
  return api?.context?.active().getValue(SPAN_KEY)?.spanContext()
}
