import type { Traceparent } from '../model/trace.ts'

/** The header by which a context travels (W3C Trace Context). */
export const TRACEPARENT = 'traceparent'

/** What a context adds to a head over HTTP/1.1: `traceparent: 00-…-01`, CR LF. */
export const TRACE_FIELD_BYTES: number = TRACEPARENT.length + 2 + 55 + 2

export function traceField(traceparent: Traceparent): string {
  return `${TRACEPARENT}: ${traceparent}\r\n`
}

/** Whether these headers have a context already, which then goes as it was written. */
export function hasContext(headers: Readonly<Record<string, string>> | undefined): boolean {
  return headers !== undefined && Object.keys(headers).some((name) => name.toLowerCase() === TRACEPARENT)
}

/** Where a target is, as spans say it (OpenTelemetry semantic conventions, `server.*`). */
export function serverOf(target: URL): Readonly<Record<string, string | number>> {
  const host = target.hostname.replace(/^\[|\]$/g, '')
  const port = target.port === '' ? PORTS[target.protocol.replace(/^mcp\+/, '')] : Number(target.port)
  return { ...(host !== '' && { 'server.address': host }), ...(port !== undefined && { 'server.port': port }) }
}

const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'ws:': 80, 'https:': 443, 'wss:': 443 }
