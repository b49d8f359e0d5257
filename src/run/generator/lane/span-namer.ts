import type { Protocol } from '../../../model/protocol.ts'
import type { AnyRequest } from '../../../model/requests.ts'
import type { SpanAbout } from '../../../model/trace.ts'
import { serverOf } from '../../../protocols/trace-field.ts'
import { AwaitingSetup } from './templates.ts'

/**
 * Returns a function for the names and attributes of one lane's spans, created once per request in the plan. Requests
 * that wait for the setup of their connection are incomplete here, and custom protocols have no conventions; their
 * spans only name the target.
 */
export function spanNamer(protocol: Protocol<AnyRequest>, url: URL): (payload: unknown) => SpanAbout {
  const known = new WeakMap<object, SpanAbout>()
  const plain: SpanAbout = { name: protocol.name, attributes: serverOf(url) }
  return (payload) => {
    if (typeof payload !== 'object' || payload === null || payload instanceof AwaitingSetup) return plain
    let about = known.get(payload)
    if (about === undefined) known.set(payload, (about = protocol.span?.(payload as AnyRequest, url) ?? plain))
    return about
  }
}
