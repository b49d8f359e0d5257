import type { ConnectContext } from '../model/protocol.ts'
import { realTime } from '../model/real-time.ts'
import type { Ms } from '../model/units.ts'

/**
 * Counts the messages of one connection that are not a response to any request, and reports them to the engine.
 *
 * A message is *ambiguous* when the connection also matches responses by order and nothing identifies the message as
 * unsolicited: a similar message may have arrived with a request in flight and been counted as its response.
 */
export class UnsolicitedMessages {
  readonly #onUnsolicited: ConnectContext['onUnsolicited']
  readonly #log: ConnectContext['log']
  #count = 0
  /** Number of these messages that nothing identifies as unsolicited. */
  #unidentified = 0
  #matchesByOrder = false
  #awaited: { readonly count: number; readonly resolve: () => void } | undefined

  constructor({ onUnsolicited, log }: Pick<ConnectContext, 'onUnsolicited' | 'log'>) {
    this.#onUnsolicited = onUnsolicited
    this.#log = log
  }

  get count(): number {
    return this.#count
  }

  /** Counts a message. `identified`: its content shows that it is not a response (`ignore`, an unknown id). */
  add(identified: boolean): void {
    // Once per connection: a server may push thousands of messages per second.
    if (this.#count === 0) this.#log('the server sent a message that no request asked for')
    this.#change(1, identified ? 0 : 1)
    if (this.#awaited !== undefined && this.#count >= this.#awaited.count) this.#awaited.resolve()
  }

  /** Subtracts counted messages that a listening request receives after all: they may be its responses. */
  subtract(messages: number, unidentified: number): void {
    this.#change(-messages, -unidentified)
  }

  /** Marks counted messages as identified: their content now shows that they are not responses. */
  identify(messages: number): void {
    this.#change(0, -messages)
  }

  /** Notes a request whose response is matched by order. Earlier unidentified messages become ambiguous too. */
  matchByOrder(): void {
    if (this.#matchesByOrder) return
    this.#matchesByOrder = true
    if (this.#unidentified > 0) this.#onUnsolicited?.(0, this.#unidentified)
  }

  /** Resolves with the number of messages so far: when there are `messages`, after `maxMs`, or when `signal` aborts. */
  async listen(messages: number, maxMs: Ms, signal?: AbortSignal): Promise<number> {
    if (this.#count < messages && signal?.aborted !== true) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = realTime.setTimeout(resolve, maxMs)
      this.#awaited = { count: messages, resolve }
      signal?.addEventListener('abort', () => resolve(), { once: true })
      await promise
      realTime.clearTimeout(timer)
      this.#awaited = undefined
    }
    return this.#count
  }

  #change(messages: number, unidentified: number): void {
    this.#count += messages
    this.#unidentified += unidentified
    this.#onUnsolicited?.(messages, this.#matchesByOrder ? unidentified : 0)
  }
}
