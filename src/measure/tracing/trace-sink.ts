import type { Resource } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import type { Ms } from '../../model/units.ts'
import type { RunMetric } from './metrics.ts'

/** Delivery of the spans that were handed over. */
export interface Delivery {
  readonly exported: number
  readonly lost: number
  /** Why some were lost, in one line. */
  readonly because?: string
}

/** Destination of a run's spans. No method throws, and none waits longer than it is allowed to. */
export interface TraceSink {
  readonly to: 'provider' | 'otlp'
  readonly resource: Resource
  /** Accepts spans immediately. Spans that exceed the queue are lost and counted. */
  send(spans: readonly ReadableSpan[]): void
  /** Sends the remaining spans and the figures of the run, for at most `patienceMs`. */
  close(metrics: readonly RunMetric[], patienceMs: Ms): Promise<Delivery>
}
