import type { Body, ChosenFormat, MessageFormat } from '../../model/body.ts'
import type { MessageSize } from '../../model/plan.ts'
import { streamsFrom } from '../arrivals/random.ts'
import { bodyOf, formatsFrom, prepareBodies, type SizeLimits, sizeOf } from '../payloads/index.ts'
import type { RequestPicker } from './picker.ts'

export interface BodyOptions<Request> {
  readonly size: MessageSize
  readonly format: ChosenFormat
  readonly limits: SizeLimits
  readonly seed: string
  /** Returns the request with the body, if the request can carry a body and the user did not write one. */
  withBody(request: Request, body: Body, format: MessageFormat): Request
}

/** Picks the user's requests and adds a body of the plan's `messageSize` to each one that can carry it. */
export function bodyPicker<Request>(
  requests: RequestPicker<Request>,
  options: BodyOptions<Request>,
): RequestPicker<Request> {
  const { size, limits, seed } = options
  prepareBodies(options.format)
  const formatOf = formatsFrom(options.format, seed)
  const randomOf = streamsFrom(seed, 'payload')
  return {
    pick(sequence) {
      const request = requests.pick(sequence)
      if (request === 'later') return request
      const format = formatOf(sequence)
      const random = randomOf(sequence)
      return options.withBody(request, bodyOf(format, sizeOf(size, random, limits), random), format)
    },
  }
}
