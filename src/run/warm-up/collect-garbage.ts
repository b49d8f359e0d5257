import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

let collect: (() => void) | undefined

/**
 * Collects the garbage of this thread now, so that the first full collection does not happen during the run. V8 offers
 * its collector only to contexts that are created while the flag is set. The flag belongs to the process: another thread
 * may reset it in between, and then this one sets it again.
 */
export function collectGarbage(): void {
  while (collect === undefined) {
    setFlagsFromString('--expose-gc')
    collect = runInNewContext('globalThis.gc') as (() => void) | undefined
  }
  setFlagsFromString('--no-expose-gc')
  collect()
}
