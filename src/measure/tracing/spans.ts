import type { Attributes, HrTime, SpanContext } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import type { Resource } from '@opentelemetry/resources'
import { isSampled, spanIdOf, traceIdOf, type TracedRequest, type Traceparent } from '../../model/trace.ts'
import { cleanText } from '../../model/text/clean.ts'
import type { Ms } from '../../model/units.ts'

/**
 * Values of the API's enums, which are its contract. The API itself is loaded only if there is a place to export to.
 */
const KIND = { internal: 0, client: 2 } as const
const STATUS = { unset: 0, error: 2 } as const
const SCOPE = { name: 'describe-load' }

/** What all spans of a run have in common. */
export interface RunFacts {
  readonly generatorId: string
  /** Context of the run's own span, to which every trace is linked. */
  readonly traceparent: Traceparent
  /** Start of the run's clock, in ms since 1970. */
  readonly zeroMs: Ms
  readonly protocol: string
  readonly protocolVersion: string | null
}

interface SpanParts {
  readonly name: string
  readonly kind: (typeof KIND)[keyof typeof KIND]
  readonly traceparent: Traceparent
  readonly parent: SpanContext | undefined
  readonly startMs: Ms
  readonly endMs: Ms
  readonly attributes: Attributes
  readonly error?: string | undefined
  readonly events?: readonly { readonly name: string; readonly atMs: Ms }[]
  readonly link?: Traceparent
}

/**
 * Creates the span of a request, from the byte that was actually sent to the answer. Its events mark the waiting time
 * before that. Each request is a separate trace, linked to the span of its run: a single trace with a hundred thousand
 * requests would be useless.
 */
export function requestSpan(request: TracedRequest, run: RunFacts, resource: Resource): ReadableSpan {
  const { about, fate, errorClass, message, firstMessageMs, sentMs, parent } = request
  const error = fate === 'success' ? undefined : cleanText(message ?? errorClass ?? fate)
  return spanOf(
    {
      name: cleanText(about.name),
      kind: request.kind === 'journey' ? KIND.internal : KIND.client,
      traceparent: request.traceparent,
      parent: parent === undefined ? undefined : contextOf(parent),
      startMs: run.zeroMs + sentMs,
      endMs: run.zeroMs + request.doneMs,
      attributes: attributesOf(request, run),
      error,
      events: [
        { name: 'load.intended', atMs: run.zeroMs + request.intendedMs },
        { name: 'load.due', atMs: run.zeroMs + request.dueMs },
        ...(Number.isNaN(firstMessageMs)
          ? []
          : [{ name: 'load.first_message', atMs: run.zeroMs + sentMs + firstMessageMs }]),
      ],
      ...(parent === undefined && { link: run.traceparent }),
    },
    resource,
  )
}

/** Creates the span of a whole run, as a child of the test's span if there is one. */
export function runSpan(
  run: RunFacts,
  parent: SpanContext | undefined,
  { startMs, endMs, attributes }: { readonly startMs: Ms; readonly endMs: Ms; readonly attributes: Attributes },
  resource: Resource,
): ReadableSpan {
  const { traceparent, generatorId } = run
  const all = { 'load.generator_id': generatorId, ...attributes }
  return spanOf(
    { name: 'load.run', kind: KIND.internal, traceparent, parent, startMs, endMs, attributes: all },
    resource,
  )
}

function attributesOf(request: TracedRequest, run: RunFacts): Attributes {
  const { about, operation, intendedMs, sentMs, doneMs } = request
  const own = Object.fromEntries(
    Object.entries(about.attributes).map(([name, value]) => [
      name,
      typeof value === 'string' ? cleanText(value) : value,
    ]),
  )
  return {
    ...own,
    ...answerAttributes(request, run),
    'load.generator_id': run.generatorId,
    'load.request_id': request.requestId,
    'load.operation': cleanText(operation || about.name),
    'load.message_size': request.messageBytes,
    'load.intended_start': new Date(run.zeroMs + intendedMs).toISOString(),
    'load.response_time_ms': doneMs - intendedMs,
    'load.service_time_ms': doneMs - sentMs,
    'load.kept_because': request.because,
    'user_agent.synthetic.type': 'test',
  }
}

/** Attributes of the answer and the error type, by the conventions for HTTP and MCP. */
function answerAttributes(request: TracedRequest, run: RunFacts): Attributes {
  const { status, errorClass, about } = request
  const isMcp = 'mcp.method.name' in about.attributes
  const key = isMcp ? 'rpc.response.status_code' : 'http.response.status_code'
  const version = isMcp && run.protocolVersion !== null ? { 'mcp.protocol.version': run.protocolVersion } : {}
  const isHttp = 'http.request.method' in about.attributes
  const answered = status === undefined || !(isMcp || isHttp) ? {} : { [key]: isMcp ? String(status) : status }
  if (errorClass === undefined) return { ...version, ...answered }
  const named = errorClass === 'tool-error' ? 'tool_error' : errorClass
  const byCode =
    errorClass === 'jsonrpc' || errorClass === 'http-4xx' || errorClass === 'http-5xx' || errorClass === 'status'
  return { ...version, ...answered, 'error.type': byCode && status !== undefined ? cleanText(String(status)) : named }
}

function spanOf(parts: SpanParts, resource: Resource): ReadableSpan {
  const { name, kind, traceparent, parent, startMs, endMs, attributes, error, events = [], link } = parts
  const context = contextOf(traceparent)
  const span = {
    name,
    kind,
    spanContext: () => context,
    ...(parent !== undefined && { parentSpanContext: parent }),
    startTime: hrTime(startMs),
    endTime: hrTime(endMs),
    duration: hrTime(endMs - startMs),
    ended: true,
    status: error === undefined ? { code: STATUS.unset } : { code: STATUS.error, message: error },
    attributes,
    links: link === undefined ? [] : [{ context: contextOf(link) }],
    events: events.map((event) => ({ name: event.name, time: hrTime(event.atMs) })),
    resource,
    instrumentationScope: SCOPE,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
    // The first major version of the SDK reads this instead.
    instrumentationLibrary: SCOPE,
    parentSpanId: parent?.spanId,
  }
  return span
}

function contextOf(traceparent: Traceparent): SpanContext {
  return { traceId: traceIdOf(traceparent), spanId: spanIdOf(traceparent), traceFlags: isSampled(traceparent) ? 1 : 0 }
}

/** Converts to seconds and nanoseconds, as the API expects. */
export function hrTime(ms: Ms): HrTime {
  const seconds = Math.floor(ms / 1_000)
  return [seconds, Math.round((ms - seconds * 1_000) * 1e6)]
}
