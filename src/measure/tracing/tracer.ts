import type { JourneySample, Sample } from '../../model/sample.ts'
import { isSampled } from '../../model/trace.ts'
import type { KeptBecause, SpanAbout, TracedRequest, TraceIds, Tracing } from '../../model/trace.ts'
import { TailSampler } from './tail-sampler.ts'
import { createTraceIds } from './trace-ids.ts'

/** Sampled from their start and not handed over yet: what is beyond this is counted, and lost. */
const MOST_WAITING = 50_000

/** What a generator thread hands over at the end: traces that were kept once they had ended. */
export interface KeptTraces {
  /** Each a request, or a journey with its steps. */
  readonly kept: readonly (readonly TracedRequest[])[]
}

/** Sampled from their start, since the last time. */
export interface SampledTraces {
  readonly spans: readonly TracedRequest[]
  readonly lost: number
}

/**
 * Follows the requests of one generator thread: where they stand in a trace, and which of them are told. Nothing here
 * knows OpenTelemetry; spans are made of it outside of the thread. A journey is kept whole, or not at all.
 */
export class Tracer {
  readonly ids: TraceIds
  /** Whether traces are told from their start (`all`, a ratio), beside those that are kept for what became of them. */
  readonly #tells: boolean
  readonly #tail = new TailSampler<readonly TracedRequest[]>()
  /** Steps of journeys that have not ended. */
  readonly #steps = new Map<string, TracedRequest[]>()
  #waiting: TracedRequest[] = []
  #lost = 0

  constructor(tracing: Exclude<Tracing, 'off'>) {
    this.ids = createTraceIds(tracing)
    this.#tells = tracing !== 'slowest'
  }

  /** A request that was sent has met its fate. `about` is asked only where the request is kept. */
  settled(sample: Sample, about: (payload: unknown) => SpanAbout): void {
    const { traceparent, parent } = sample
    if (traceparent === undefined || !sample.measured || !isSampled(traceparent)) return
    if (parent !== undefined) {
      const step = traced(sample, 'request', about(sample.payload), 'all')
      const before = this.#steps.get(parent)
      if (before === undefined) this.#steps.set(parent, [step])
      else before.push(step)
      return
    }
    if (this.#tells) this.#tell(traced(sample, 'request', about(sample.payload), 'all'))
    const place = this.#tail.offer(sample.doneMs - sample.intendedMs, sample.errorClass)
    place?.keep([traced(sample, 'request', about(sample.payload), place.because)])
  }

  /** A journey has met its fate, after all of its steps. */
  journeySettled(journey: JourneySample): void {
    const { traceparent } = journey
    if (traceparent === undefined) return
    const steps = this.#steps.get(traceparent)
    this.#steps.delete(traceparent)
    if (steps === undefined || !journey.measured) return
    const whole = traced(journey, 'journey', JOURNEY, 'all')
    if (this.#tells) for (const span of [whole, ...steps]) this.#tell(span)
    // Who thinks is not slow: a journey is as slow as its slowest step.
    const slowestMs = Math.max(...steps.map(({ doneMs, intendedMs }) => doneMs - intendedMs))
    const place = this.#tail.offer(slowestMs, journey.errorClass)
    if (place === undefined) return
    const { because } = place
    place.keep([whole, ...steps].map((span) => Object.assign({}, span, { because })))
  }

  /** What was sampled from its start, since the last call. */
  takeSampled(): SampledTraces {
    const taken = { spans: this.#waiting, lost: this.#lost }
    this.#waiting = []
    this.#lost = 0
    return taken
  }

  get kept(): KeptTraces['kept'] {
    return this.#tail.kept
  }

  #tell(span: TracedRequest): void {
    if (this.#waiting.length < MOST_WAITING) this.#waiting.push(span)
    else this.#lost++
  }
}

const JOURNEY: SpanAbout = { name: 'journey', attributes: {} }

function traced(sample: Sample, kind: TracedRequest['kind'], about: SpanAbout, because: KeptBecause): TracedRequest {
  return {
    kind,
    traceparent: sample.traceparent ?? '',
    parent: sample.parent,
    because,
    about,
    requestId: sample.requestId,
    operation: sample.operation,
    fate: sample.fate,
    intendedMs: sample.intendedMs,
    dueMs: sample.dueMs,
    sentMs: sample.sentMs,
    doneMs: sample.doneMs,
    firstMessageMs: sample.firstMessageMs,
    bytesSent: sample.bytesSent,
    bytesReceived: sample.bytesReceived,
    errorClass: sample.errorClass,
    message: sample.message,
    status: sample.status,
  }
}
