import type { Ms } from '../../model/units.ts'
import type { Cancel, Clock } from '../clock.ts'
import type { Wake } from './wake.ts'

/** Wakes by the event loop's timers, whose resolution is 1 ms: cheap, with an average delay of 0.5 ms. */
export function tickWake(clock: Clock, onWake: () => void): Wake {
  let cancel: Cancel | undefined
  let armedForMs: Ms = Number.POSITIVE_INFINITY
  const fire = (): void => {
    armedForMs = Number.POSITIVE_INFINITY
    onWake()
  }
  return {
    kind: 'tick',
    arm(atMs) {
      // An earlier timer stays active: it finds nothing due and arms again, which is cheaper than a new timer per
      // request.
      if (atMs >= armedForMs) return
      cancel?.()
      armedForMs = atMs
      cancel = clock.after(Math.min(1_000, Math.max(1, Math.ceil(atMs - clock.now()))), fire)
    },
    cpuMs: () => 0,
    stop() {
      cancel?.()
    },
  }
}
