import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { receiveMetrics } from '../../measure/metric.ts'
import type { HostThread } from './generator.ts'
import type { ThreadJob } from './messages.ts'
import { transportsOfLane } from './warm-up/transports.ts'
import { warmUp } from './warm-up/warm-up.ts'

/**
 * Several threads may set and reset the flag at the same time; after this many attempts the cause is a different one.
 */
const MAX_TRIES = 10

let collect: (() => void) | undefined

/** Returns this thread as the generator of `job` uses it. */
export function thisThread({ plan, lanes }: Pick<ThreadJob, 'plan' | 'lanes'>): HostThread {
  const schemes = lanes.map(({ url }) => new URL(url).protocol)
  const measured = plan.once === undefined ? plan.lanes : []
  const transports = measured.flatMap(({ protocol }, lane) => transportsOfLane(schemes[lane] ?? '', protocol))
  return { warmUp: () => warmUp(new Set(transports)), beforeReady: collectGarbage, receiveMetrics }
}

/**
 * Collects the garbage of this thread now, so that the first full collection does not happen during the run. V8 offers
 * its collector only to contexts that are created while the flag is set. The flag belongs to the process: if another
 * thread resets it in between, this thread sets it again. A process that was started with the flag keeps it.
 */
function collectGarbage(): void {
  collect ??= globalThis.gc === undefined ? exposedCollector() : globalThis.gc
  collect?.()
}

function exposedCollector(): (() => void) | undefined {
  let found: (() => void) | undefined
  for (let tries = 0; tries < MAX_TRIES && found === undefined; tries++) {
    setFlagsFromString('--expose-gc')
    found = runInNewContext('globalThis.gc') as (() => void) | undefined
  }
  setFlagsFromString('--no-expose-gc')
  return found
}
