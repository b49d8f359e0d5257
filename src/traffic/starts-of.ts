import { ClosedStarts } from './closed-starts.ts'
import type { DispatchOptions } from './dispatch-options.ts'
import { OpenStarts } from './open-starts.ts'
import type { StartOptions, Starts } from './starts.ts'
import type { Wake } from './wake/wake.ts'

/** Returns the closed model if `concurrency` is set, otherwise the open model. */
export function startsOf<Request>(
  { clock, source, concurrency, lastArrivalMs }: DispatchOptions<Request>,
  wake: Wake,
  engine: Pick<StartOptions<Request>, 'start' | 'broken'>,
): Starts {
  const options = { ...engine, source, now: () => clock.now() }
  if (concurrency === undefined) return new OpenStarts(options, wake)
  return new ClosedStarts({ ...options, concurrency, lastArrivalMs })
}
