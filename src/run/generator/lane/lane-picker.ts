import type { ResolvedLane, ResolvedPlan } from '../../../plan/resolved-plan.ts'
import type { Protocol } from '../../../model/protocol.ts'
import type { AnyRequest } from '../../../model/requests.ts'
import { isEmbedded } from '../../../model/work.ts'
import type { LoadedFeed } from '../../../traffic/feeds/index.ts'
import { maxBytesOf } from '../../../traffic/payloads/index.ts'
import { bodyPicker } from '../../../traffic/workloads/body-picker.ts'
import { type Draw, listPicker, onePicker, type RequestPicker, weightsOf } from '../../../traffic/workloads/picker.ts'
import { workPicker } from '../../../traffic/workloads/work-picker.ts'
import { AwaitingSetup, fillsIn, templatedPicker } from './templates.ts'

export interface LanePickerParts {
  readonly plan: ResolvedPlan
  readonly lane: ResolvedLane
  readonly protocol: Protocol<AnyRequest>
  readonly url: URL
  readonly feeds: Readonly<Record<string, LoadedFeed>>
  /** Chooses among requests or operations with these weights. */
  drawFrom(weights: readonly number[]): Draw
  /** Requests from the plan's request function, if there is one. */
  readonly fed: RequestPicker<AnyRequest> | undefined
}

/** Returns the requests of a lane by position: those of the plan, or else work for a target that supports it. */
export function lanePicker(parts: LanePickerParts): RequestPicker<LaneRequest> {
  const { plan, lane, protocol, url, feeds, fed, drawFrom } = parts
  const shape = {
    size: lane.messageSize ?? 'small',
    format: lane.messageFormat ?? protocol.usualFormat,
    limits: protocol,
    seed: plan.seed,
  }
  if (fed === undefined && lane.request === undefined) {
    if (!doesWork(protocol, url)) return onePicker(protocol.healthRead)
    return workPicker({ workload: lane.workload, work: protocol.work, drawFrom, ...shape })
  }
  const plain = fed ?? writtenPicker(parts)
  const written = fed !== undefined && !fillsIn(plan, feeds) ? fed : templatedPicker(plain, plan, feeds)
  const { withBody } = protocol
  const asked = lane.messageSize !== undefined || lane.messageFormat !== undefined
  if (withBody === undefined || !asked) return written
  return bodyPicker(written, {
    ...shape,
    withBody(request, body, format) {
      if (!(request instanceof AwaitingSetup)) return withBody(request, body, format)
      return new AwaitingSetup(request.written, (setup) => withBody(request.render(setup), body, format))
    },
  })
}

/** A request in the engine. If it needs the result of the connection's setup, the connection renders it. */
export type LaneRequest = AnyRequest | AwaitingSetup

/** Returns notes for the report about settings of a lane's plan that do not apply to its target. */
export function notesOn(
  plan: ResolvedPlan,
  lane: ResolvedLane,
  protocol: Protocol<AnyRequest>,
  url: URL,
): readonly string[] {
  const notes: string[] = []
  if (Object.keys(plan.headers).length > 0 && protocol.carriesHeaders?.(url) === false) {
    notes.push(`headers do not apply: ${protocol.name} cannot carry them here`)
  }
  if (lane.messageSize !== undefined) {
    const maxBytes = maxBytesOf(lane.messageSize, protocol)
    if (maxBytesOf(lane.messageSize) > maxBytes) {
      notes.push(`messageSize exceeds the maximum of ${protocol.name}: no message was longer than ${maxBytes} bytes`)
    }
  }
  if (lane.request !== undefined) return [...notes, ...notesOnBodies(lane, protocol)]
  if (doesWork(protocol, url)) return notes
  const sent = protocol.describe(protocol.healthRead)
  if (lane.workload !== 'read') {
    notes.push(
      `workload '${lane.workload}' does not apply, because the target is not the embedded one: only ${sent} was sent; name the operations`,
    )
  }
  if (lane.messageFormat !== undefined) notes.push(`messageFormat does not apply: ${sent} has no body`)
  if (lane.messageSize !== undefined) {
    notes.push(`messageSize does not apply: ${sent} has no body, and the target decides the size of its response`)
  }
  return notes
}

/** Size and format apply to generated bodies; a request may have no room for one. */
function notesOnBodies(
  { request, messageSize, messageFormat }: ResolvedLane,
  protocol: Protocol<AnyRequest>,
): readonly string[] {
  if (typeof request === 'function') return []
  const requests = [request].flat() as readonly AnyRequest[]
  const takes = (each: AnyRequest): boolean => (protocol.withBody?.(each, 'x', 'text') ?? each) !== each
  if (requests.some(takes)) return []
  return Object.entries({ messageSize, messageFormat }).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key} does not apply: no request has room for a generated body`],
  )
}

interface Working extends Protocol<AnyRequest> {
  readonly work: NonNullable<Protocol<AnyRequest>['work']>
}

export function doesWork(protocol: Protocol<AnyRequest>, url: URL): protocol is Working {
  return protocol.work !== undefined && isEmbedded(url)
}

function writtenPicker({ lane: { request }, protocol, drawFrom }: LanePickerParts): RequestPicker<AnyRequest> {
  if (request === undefined || typeof request === 'function') return onePicker(protocol.healthRead)
  if (!Array.isArray(request)) return onePicker(request as AnyRequest)
  const requests = request as readonly AnyRequest[]
  return listPicker(requests, drawFrom(weightsOf(requests)))
}
