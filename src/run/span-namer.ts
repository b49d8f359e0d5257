import type { Protocol } from '../model/protocol.ts'
import type { AnyRequest } from '../model/requests.ts'
import type { SpanAbout } from '../model/trace.ts'
import { serverOf } from '../protocols/trace-field.ts'
import { AwaitingSetup } from './templates.ts'

/**
 * Names and attributes of the spans of one lane, made once for each request as it is written. What waits for the setup of
 * its connection is not whole here, and a protocol of the user's own has no conventions: such a span says where it went.
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
