import type { MessageFormat } from '../../model/body.ts'
import type { MessageSize, WorkloadName, WorkName } from '../../model/plan.ts'
import type { WorkRequests } from '../../model/protocol.ts'
import { WORKLOADS } from '../../model/workload.ts'
import { streamsFrom } from '../arrivals/random.ts'
import { bodyOf, prepareBodies, sizeOf } from '../payloads/index.ts'
import { drawBy, type RequestPicker } from './picker.ts'

/** Messages of a stream; each is of the plan's `messageSize`. */
const STREAM_MESSAGES = 10
/** Reads of the same size are the same request, so that what a protocol makes of one is made once. */
const KEPT_READS = 4_096

export interface WorkOptions<Request> {
  readonly workload: WorkloadName
  /** How the protocol asks an embedded target for work. */
  readonly work: WorkRequests<Request>
  readonly size: MessageSize
  readonly format: MessageFormat
  /** The longest message that the protocol carries. */
  readonly longest: number | undefined
  readonly seed: string
}

/** The work of a workload on an embedded target, each request an operation by the name of its work. */
export function workPicker<Request extends object>(options: WorkOptions<Request>): RequestPicker<Request> {
  const { workload, work, size, format, longest, seed } = options
  const operations = WORKLOADS[workload]
  const draw = drawBy(
    operations.map(({ weight }) => weight),
    seed,
  )
  const randomOf = streamsFrom(seed, 'payload')
  const reads = new Map<number, Request>()
  if (operations.some((operation) => operation.work === 'write' || operation.work === 'echo')) prepareBodies(format)

  function read(bytes: number): Request {
    let known = reads.get(bytes)
    if (known === undefined) {
      known = { ...work.read(bytes, format), name: 'read' }
      if (reads.size < KEPT_READS) reads.set(bytes, known)
    }
    return known
  }

  return {
    pick(sequence) {
      const random = randomOf(sequence)
      const bytes = sizeOf(size, random, longest)
      const name: WorkName = operations[draw(sequence)]?.work ?? 'read'
      switch (name) {
        case 'read':
          return read(bytes)
        case 'write':
          return { ...work.write(bodyOf(format, bytes, random), format), name }
        case 'echo':
          return { ...work.echo(bodyOf(format, bytes, random), format), name }
        case 'stream':
          return { ...work.stream(STREAM_MESSAGES, bytes, format), name }
      }
    },
  }
}
