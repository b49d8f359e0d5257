import type { ErrorClass } from '../../model/error-class.ts'

/** Counts what happened to the connections of a pool since the start. */
export class ConnectionTally {
  opened = 0
  closed = 0
  failed = 0
  /** Failed attempts by error class. */
  readonly failedByClass: Partial<Record<ErrorClass, number>> = {}
  /** Number of opened connections that replaced a lost one. */
  reconnects = 0
  /** Number of times that a request was sent again, on another connection. */
  resent = 0
  /** Number of lost connections that are not replaced yet. */
  #toReplace = 0

  open(): void {
    this.opened++
    if (this.#toReplace === 0) return
    this.#toReplace--
    this.reconnects++
  }

  fail(errorClass: ErrorClass): void {
    this.failed++
    this.failedByClass[errorClass] = (this.failedByClass[errorClass] ?? 0) + 1
  }

  /** Counts a closed connection. If `isReplaced`, the next connection opened in any slot counts as its replacement. */
  close(isReplaced: boolean): void {
    this.closed++
    if (isReplaced) this.#toReplace++
  }
}
