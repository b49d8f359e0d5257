import type { ChosenFormat, MessageFormat } from '../../model/body.ts'
import type { MessageSize, WorkloadName, WorkName } from '../../model/plan.ts'
import type { WorkRequests } from '../../model/protocol.ts'
import { WORKLOADS } from '../../model/workload.ts'
import { streamsFrom } from '../arrivals/random.ts'
import { bodyOf, formatsFrom, prepareBodies, type SizeLimits, sizeOf } from '../payloads/index.ts'
import type { Draw, RequestPicker } from './picker.ts'

/** Number of messages per stream; each has the plan's `messageSize`. */
const STREAM_MESSAGES = 10
/**
 * Maximum number of cached reads. Reads of the same size share one request object, so that a protocol encodes it once.
 */
const KEPT_READS = 4_096

export interface WorkOptions<Request> {
  readonly workload: WorkloadName
  /** Creates the protocol's requests to an embedded target. */
  readonly work: WorkRequests<Request>
  readonly size: MessageSize
  readonly format: ChosenFormat
  readonly limits: SizeLimits
  readonly seed: string
  /** Chooses the operations of the workload, by their weights. */
  drawFrom(weights: readonly number[]): Draw
}

/** Picks the operations of a workload on an embedded target; each request has the name of its operation. */
export function workPicker<Request extends object>(options: WorkOptions<Request>): RequestPicker<Request> {
  const { workload, work, size, limits, seed } = options
  const formatOf = formatsFrom(options.format, seed)
  const operations = WORKLOADS[workload]
  const draw = options.drawFrom(operations.map(({ weight }) => weight))
  const randomOf = streamsFrom(seed, 'payload')
  const reads = new Map<string, Request>()
  if (operations.some((operation) => operation.work === 'write' || operation.work === 'echo'))
    prepareBodies(options.format)

  function read(bytes: number, format: MessageFormat): Request {
    const key = `${format} ${bytes}`
    let known = reads.get(key)
    if (known === undefined) {
      known = { ...work.read(bytes, format), name: 'read' }
      if (reads.size < KEPT_READS) reads.set(key, known)
    }
    return known
  }

  return {
    pick(sequence) {
      const format = formatOf(sequence)
      const random = randomOf(sequence)
      const bytes = sizeOf(size, random, limits)
      const name: WorkName = operations[draw(sequence)]?.work ?? 'read'
      switch (name) {
        case 'read':
          return read(bytes, format)
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
