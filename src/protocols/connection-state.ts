import type { ConnectContext } from '../model/protocol.ts'

/**
 * The lifecycle of one connection. It only moves forward: first the connection is usable, then exchanges in flight may
 * finish, then it is over, and at last `closed` resolves. The first reason for a loss counts.
 */
export class ConnectionState {
  /** Resolves with the reason if the connection was lost, and with undefined if it closed normally. Never rejects. */
  readonly closed: Promise<Error | undefined>
  readonly #resolveClosed: (reason: Error | undefined) => void
  #usable = true
  #closing = false
  #over = false
  #reason: Error | undefined

  constructor() {
    const { promise, resolve } = Promise.withResolvers<Error | undefined>()
    this.closed = promise
    this.#resolveClosed = resolve
  }

  /** False once the connection can carry no more exchanges. */
  get usable(): boolean {
    return this.#usable
  }

  /** True once this side closes the connection gracefully. */
  get closing(): boolean {
    return this.#closing
  }

  /**
   * True once this side has destroyed the connection, or `closed` has resolved. Bytes that still arrive do not count.
   */
  get over(): boolean {
    return this.#over
  }

  /** Why the connection was lost; undefined while it is not lost. */
  get reason(): Error | undefined {
    return this.#reason
  }

  /** Allows no further exchange. */
  retire(): void {
    this.#usable = false
  }

  /** Records that this side closes the connection once no exchange is in flight. */
  startClosing(): void {
    this.#usable = false
    this.#closing = true
  }

  /** Records that this side destroys the connection. Without a call of `lose`, that is a normal end. */
  stop(): void {
    this.#usable = false
    this.#over = true
  }

  /** Records why the connection is lost, unless a reason is known. */
  lose(reason: Error): void {
    this.#usable = false
    this.#reason ??= reason
  }

  /** Resolves `closed`. Every exchange in flight must have ended before. */
  end(): void {
    this.stop()
    this.#resolveClosed(this.#reason)
  }

  /** Writes to the debug log how the connection ended. */
  logEnd({ log }: ConnectContext, host: string, unsolicited = 0): void {
    log(
      `connection to ${host} closed ${this.#reason === undefined ? 'cleanly' : `because ${this.#reason.message}`}` +
        (unsolicited === 0 ? '' : `; unsolicited messages: ${unsolicited}`),
    )
  }
}
