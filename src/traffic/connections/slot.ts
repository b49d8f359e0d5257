import type { Connection } from '../../model/protocol.ts'
import type { Ms } from '../../model/units.ts'
import type { Cancel } from '../clock.ts'

/** A connection attempt in progress. */
export interface Attempt {
  readonly abort: AbortController
  sinceMs: Ms
  gaveUp: boolean
}

/** The slot of one connection: empty, connecting, open, or waiting to retry. */
export class Slot<Request> {
  connection: Connection<Request> | undefined
  inUse = 0
  failures = 0
  /**
   * True if the connection has carried a request. A connection that closes before that must not be reopened in a tight
   * loop.
   */
  carried = false
  connecting: Attempt | undefined
  cancelRetry: Cancel | undefined
  /**
   * Called when the connection is lost while its holder has no exchange in flight; the holder must then release the
   * slot.
   */
  onLost: (() => void) | undefined
}
