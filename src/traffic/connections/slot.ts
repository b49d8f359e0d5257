import type { Connection } from '../../model/protocol.ts'
import type { Ms } from '../../model/units.ts'
import type { CallOff } from '../clock.ts'

/** An attempt to connect that is under way. */
export interface Attempt {
  readonly abort: AbortController
  sinceMs: Ms
  gaveUp: boolean
}

/** The place of one connection: it may be empty, connecting, open, or waiting until it may try again. */
export class Slot<Request> {
  connection: Connection<Request> | undefined
  inUse = 0
  failures = 0
  /** The connection has carried a request. One that closes without having done so must not be reopened in a tight loop. */
  carried = false
  connecting: Attempt | undefined
  callOffRetry: CallOff | undefined
  /** Called when the connection is lost under who holds it without anything under way; who holds it lets it go then. */
  onLost: (() => void) | undefined
}
