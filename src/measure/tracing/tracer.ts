import type { JourneySample, Sample } from '../../model/sample.ts'
import { sum } from '../../model/sum.ts'
import { foreignText } from '../../model/text/clean.ts'
import { isSampled } from '../../model/trace.ts'
import type { KeptBecause, SentRequest, SpanAbout, TracedRequest, TraceIds, Tracing } from '../../model/trace.ts'
import { TailSampler } from './tail-sampler.ts'
import { createTraceIds } from './trace-ids.ts'

/**
 * Maximum number of spans sampled from their start that wait for `takeSampled`; any further ones are counted and lost.
 */
const MAX_WAITING = 50_000

/** What a generator thread posts at the end: the traces that were kept after they had ended. */
export interface KeptTraces {
  /** Each entry is a request, or a journey with its steps. */
  readonly kept: readonly (readonly TracedRequest[])[]
}

/** Spans that were sampled from their start, since the last call. */
export interface SampledTraces {
  readonly spans: readonly TracedRequest[]
  readonly lost: number
}

/**
 * Follows the requests of one generator thread: assigns their trace contexts and decides which of them are exported.
 * This class does not know OpenTelemetry; spans are created outside of the thread. Either a whole journey is kept or
 * nothing of it.
 */
export class Tracer {
  readonly ids: TraceIds
  /**
   * Whether traces are exported from their start (`all`, a ratio), in addition to those kept because of their outcome.
   */
  readonly #samples: boolean
  readonly #tail = new TailSampler<readonly TracedRequest[]>()
  /** Steps of journeys that have not ended. */
  readonly #steps = new Map<string, TracedRequest[]>()
  #waiting: TracedRequest[] = []
  #lost = 0

  constructor(tracing: Exclude<Tracing, 'off'>) {
    this.ids = createTraceIds(tracing)
    this.#samples = tracing !== 'slowest'
  }

  /** Records the outcome of a request that was sent. `sent` is called only if the request is kept. */
  settled(sample: Sample, sent: (payload: unknown) => SentRequest): void {
    const { traceparent, parent } = sample
    if (traceparent === undefined || !sample.measured || !isSampled(traceparent)) return
    if (parent !== undefined) {
      const step = traced(sample, 'request', sent(sample.payload), 'all')
      const before = this.#steps.get(parent)
      if (before === undefined) this.#steps.set(parent, [step])
      else before.push(step)
      return
    }
    const place = this.#tail.offer(sample.doneMs - sample.intendedMs, sample.errorClass)
    if (!this.#samples && place === undefined) return
    const request = traced(sample, 'request', sent(sample.payload), 'all')
    if (this.#samples) this.#sample(request)
    place?.keep([{ ...request, because: place.because }])
  }

  /** Records the outcome of a journey, after that of all its steps. */
  journeySettled(journey: JourneySample): void {
    const { traceparent } = journey
    if (traceparent === undefined) return
    const steps = this.#steps.get(traceparent)
    this.#steps.delete(traceparent)
    if (steps === undefined || !journey.measured) return
    const messageBytes = sum(steps.map((step) => step.messageBytes))
    const whole = traced(journey, 'journey', { about: JOURNEY, messageBytes }, 'all')
    if (this.#samples) for (const span of [whole, ...steps]) this.#sample(span)
    // Think time is not slowness: a journey counts as slow as its slowest step.
    const slowestMs = Math.max(...steps.map(({ doneMs, intendedMs }) => doneMs - intendedMs))
    const place = this.#tail.offer(slowestMs, journey.errorClass)
    if (place === undefined) return
    const { because } = place
    place.keep([whole, ...steps].map((span) => Object.assign({}, span, { because })))
  }

  /** Returns the spans that were sampled from their start, since the last call. */
  takeSampled(): SampledTraces {
    const taken = { spans: this.#waiting, lost: this.#lost }
    this.#waiting = []
    this.#lost = 0
    return taken
  }

  get kept(): KeptTraces['kept'] {
    return this.#tail.kept
  }

  #sample(span: TracedRequest): void {
    if (this.#waiting.length < MAX_WAITING) this.#waiting.push(span)
    else this.#lost++
  }
}

const JOURNEY: SpanAbout = { name: 'journey', attributes: {} }

function traced(
  sample: Sample,
  kind: TracedRequest['kind'],
  { about, messageBytes = sample.bytesSent }: SentRequest,
  because: KeptBecause,
): TracedRequest {
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
    messageBytes,
    errorClass: sample.errorClass,
    message: sample.message === undefined ? undefined : foreignText(sample.message, sample.payload),
    status: sample.status,
  }
}
