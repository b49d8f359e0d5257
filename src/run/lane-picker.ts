import type { ResolvedLane, ResolvedPlan } from '../model/plan.ts'
import type { Protocol } from '../model/protocol.ts'
import type { AnyRequest } from '../model/requests.ts'
import { isEmbedded } from '../model/work.ts'
import { bodyPicker } from '../traffic/workloads/body-picker.ts'
import { onePicker, type RequestPicker, weightedPicker } from '../traffic/workloads/picker.ts'
import { workPicker } from '../traffic/workloads/work-picker.ts'

/** What a lane sends, position by position. Its requests as the plan has them, else work for a target that does it. */
export function lanePicker(
  plan: ResolvedPlan,
  lane: ResolvedLane,
  protocol: Protocol<AnyRequest>,
  url: URL,
  fed: RequestPicker<AnyRequest> | undefined,
): RequestPicker<AnyRequest> {
  const shape = {
    size: lane.messageSize ?? 'small',
    format: lane.messageFormat ?? protocol.usualFormat,
    longest: protocol.longestMessage,
    seed: plan.seed,
  }
  if (fed === undefined && lane.request === undefined) {
    if (!doesWork(protocol, url)) return onePicker(protocol.healthRead)
    return workPicker({ workload: lane.workload, work: protocol.work, ...shape })
  }
  const written = fed ?? writtenPicker(lane, protocol, plan.seed)
  const { withBody } = protocol
  const asked = lane.messageSize !== undefined || lane.messageFormat !== undefined
  return withBody === undefined || !asked ? written : bodyPicker(written, { ...shape, withBody })
}

/** What of a lane's plan does not apply to its target, for the report. */
export function notesOn(lane: ResolvedLane, protocol: Protocol<AnyRequest>, url: URL): readonly string[] {
  if (lane.request !== undefined || doesWork(protocol, url)) return []
  const notes: string[] = []
  const sent = protocol.word(protocol.healthRead)
  if (lane.workload !== 'read') {
    notes.push(
      `workload '${lane.workload}' does not apply to a target that is not the embedded one: only ${sent} was sent; name the operations`,
    )
  }
  if (lane.messageSize !== undefined) {
    notes.push(`messageSize does not apply: ${sent} has no body, and its answer is as long as the target makes it`)
  }
  return notes
}

interface Working extends Protocol<AnyRequest> {
  readonly work: NonNullable<Protocol<AnyRequest>['work']>
}

function doesWork(protocol: Protocol<AnyRequest>, url: URL): protocol is Working {
  return protocol.work !== undefined && isEmbedded(url)
}

function writtenPicker(
  { request }: ResolvedLane,
  protocol: Protocol<AnyRequest>,
  seed: string,
): RequestPicker<AnyRequest> {
  if (request === undefined || typeof request === 'function') return onePicker(protocol.healthRead)
  return Array.isArray(request)
    ? weightedPicker(request as readonly AnyRequest[], seed)
    : onePicker(request as AnyRequest)
}
