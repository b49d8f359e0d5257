import type { ErrorClass } from '../../model/protocol.ts'

/** What became of the connections of a pool, since the start. */
export class ConnectionTally {
  opened = 0
  closed = 0
  failed = 0
  /** The failed ones by the class of their error. */
  readonly failedByClass: Partial<Record<ErrorClass, number>> = {}
  /** Of those opened, how many took the place of one that was lost. */
  reconnects = 0
  /** Lost, and none opened in their stead yet. */
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

  /** `isReplaced`: the next one that is opened takes its place, wherever in the pool it stands. */
  close(isReplaced: boolean): void {
    this.closed++
    if (isReplaced) this.#toReplace++
  }
}
