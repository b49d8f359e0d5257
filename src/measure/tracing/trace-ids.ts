import { randomBytes } from 'node:crypto'
import { traceIdOf, type TraceIds, type Traceparent, type Tracing } from '../../model/trace.ts'

const HEX_DIGITS = 8
const RANGE = 2 ** 32

/**
 * Creates the trace contexts of one generator thread. A trace id has 8 random bytes that only this thread of this run
 * uses, and 8 random bytes per trace; the id of the first span is the latter. A sampling ratio is decided by the bytes
 * per trace, so that anyone who has the id can repeat the decision (TraceIdRatioBased in the OpenTelemetry
 * specification uses the same end of the id).
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

/** Creates another span in the same trace, outside of a generator: the span of a run below that of its test. */
export function childOf(traceId: string, sampled: boolean): Traceparent {
  return `00-${traceId}-${randomBytes(8).toString('hex')}-${sampled ? '01' : '00'}`
}

export function newTraceId(): string {
  return randomBytes(16).toString('hex')
}

/** The system seeds the generator of each thread, and a draw takes a few nanoseconds. */
function draw(): number {
  return Math.floor(Math.random() * RANGE)
}

function hex(word: number): string {
  return word.toString(16).padStart(HEX_DIGITS, '0')
}
