import type { Traceparent } from '../model/trace.ts'

/** Name of the header that carries a trace context (W3C Trace Context). */
export const TRACEPARENT = 'traceparent'

/** Bytes that a trace context adds to an HTTP/1.1 head: `traceparent: 00-…-01`, CR LF. */
export const TRACE_FIELD_BYTES: number = TRACEPARENT.length + 2 + 55 + 2

export function traceField(traceparent: Traceparent): string {
  return `${TRACEPARENT}: ${traceparent}\r\n`
}

/** Whether these headers already have a trace context, which is then sent unchanged. */
export function hasContext(headers: Readonly<Record<string, string>> | undefined): boolean {
  return headers !== undefined && Object.keys(headers).some((name) => name.toLowerCase() === TRACEPARENT)
}

/** Returns the span attributes for the target's address (OpenTelemetry semantic conventions, `server.*`). */
export function serverOf(target: URL): Readonly<Record<string, string | number>> {
  const host = target.hostname.replace(/^\[|\]$/g, '')
  const port = target.port === '' ? PORTS[target.protocol.replace(/^mcp\+/, '')] : Number(target.port)
  return { ...(host !== '' && { 'server.address': host }), ...(port !== undefined && { 'server.port': port }) }
}

const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'ws:': 80, 'https:': 443, 'wss:': 443 }
