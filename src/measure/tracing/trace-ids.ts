import { randomBytes } from 'node:crypto'
import { traceIdOf, type TraceIds, type Traceparent, type Tracing } from '../../model/trace.ts'

const HEX_DIGITS = 8
const RANGE = 2 ** 32

/**
 * Contexts of one generator thread. A trace id is 8 bytes that only this thread of this run has, and 8 that are drawn for
 * each trace; the first span takes its id from the latter. A ratio is decided by the drawn bytes, so that whoever has the
 * id can tell (TraceIdRatioBased of the OpenTelemetry specification looks at the same end of it).
 */
export function createTraceIds(tracing: Exclude<Tracing, 'off'>): TraceIds {
  const prefix = `00-${randomBytes(8).toString('hex')}`
  const sampledBelow = typeof tracing === 'number' ? tracing * RANGE : RANGE
  return {
    root(sampled) {
      const low = draw()
      const id = hex(draw()) + hex(low)
      return `${prefix}${id}-${id}-${sampled && low < sampledBelow ? '01' : '00'}`
    },
    child: (parent) => `00-${traceIdOf(parent)}-${hex(draw())}${hex(draw())}${parent.slice(-3)}`,
  }
}

/** Another span's place in the same trace, made where there is no generator: the span of a run below that of its test. */
export function childOf(traceId: string, sampled: boolean): Traceparent {
  return `00-${traceId}-${randomBytes(8).toString('hex')}-${sampled ? '01' : '00'}`
}

export function newTraceId(): string {
  return randomBytes(16).toString('hex')
}

/** Each thread's generator is seeded by the system, and a draw costs a few nanoseconds. */
function draw(): number {
  return Math.floor(Math.random() * RANGE)
}

function hex(word: number): string {
  return word.toString(16).padStart(HEX_DIGITS, '0')
}
