import type { ResolvedLane } from '../../../plan/resolved-plan.ts'
import type { Connection, Protocol } from '../../../model/protocol.ts'
import type { AnyRequest } from '../../../model/requests.ts'
import type { Sample } from '../../../model/sample.ts'
import type { Ms } from '../../../model/units.ts'
import { doesWork } from './lane-picker.ts'

/**
 * How long the first connections of a run listen before their first request, and every connection listens after its
 * last response, at least. Long enough for a greeting, and for a push that is sent 20 times per second.
 */
const LISTEN_MS = 50

/** Maximum time that a connection waits for a greeting that earlier connections got. */
const MAX_GREETING_MS = 1_000

/** Maximum time that connections listen at the end. */
const MAX_END_MS = 500

/** Messages of one generator that are not a response to any request. */
export interface UnsolicitedCounts {
  readonly messages: number
  /** Of these, the ones that prove that a message could have passed for a response: see `ConnectContext`. */
  readonly ambiguous: number
}

/**
 * Listens for unsolicited messages if responses are matched by order: before the first request, and after the last
 * response. In between, every connection with nothing in flight listens anyway.
 *
 * The connections that are opened first listen for `LISTEN_MS` before any traffic. If the target greeted each of them,
 * a later connection waits for as many messages before its first request, as a client of such a target must. If it
 * greeted none, a later connection does not wait: neither a request that waits for it nor the only request of a
 * short-lived connection becomes slower.
 */
export class Listening {
  /** Listening is part of an attempt to connect, which ends after the request timeout. */
  readonly #maxMs: Ms
  /** Messages that every one of the first connections got; undefined until these have listened. */
  #greetings: number | undefined
  #slowestMs: Ms = 0

  constructor(requestTimeoutMs: Ms) {
    this.#maxMs = requestTimeoutMs / 2
  }

  /** Listens before the first request of a connection. Resolves early if the attempt to connect is aborted. */
  async before(connection: Connection<unknown>, signal?: AbortSignal): Promise<void> {
    if (connection.listen === undefined || this.#greetings === 0) return
    if (this.#greetings !== undefined) {
      const messages = await connection.listen(this.#greetings, Math.min(MAX_GREETING_MS, this.#maxMs), signal)
      if (signal?.aborted === true) return
      // The first connections may have received a push at that moment. Later connections must not wait for it.
      this.#greetings = Math.min(this.#greetings, messages)
      return
    }
    const messages = await connection.listen(Number.POSITIVE_INFINITY, Math.min(LISTEN_MS, this.#maxMs), signal)
    if (signal?.aborted !== true) this.#greetings = Math.min(this.#greetings ?? messages, messages)
  }

  /** Records the service time of a response. */
  settled({ fate, doneMs, sentMs }: Sample): void {
    if (fate === 'success') this.#slowestMs = Math.max(this.#slowestMs, doneMs - sentMs)
  }

  /**
   * Time to listen after the last response. If a push was taken for a response, the real response is still due and
   * arrives within the real service time. With one such push, that is at most twice the measured time.
   */
  get endMs(): Ms {
    return Math.min(MAX_END_MS, Math.max(LISTEN_MS, 2 * this.#slowestMs))
  }
}

/**
 * Whether responses may be matched by their order. `open`: some requests are not in the plan (a journey, a function).
 */
export function mayMatchByOrder(lane: ResolvedLane, protocol: Protocol<AnyRequest>, url: URL, open: boolean): boolean {
  const { matchesByOrder } = protocol
  if (matchesByOrder === undefined) return false
  const { request, messageSize, messageFormat } = lane
  // With a generated body, a request that would only listen sends a message.
  if (open || typeof request === 'function' || messageSize !== undefined || messageFormat !== undefined) return true
  if (request === undefined) return doesWork(protocol, url) || matchesByOrder(protocol.healthRead)
  return ([request].flat() as readonly AnyRequest[]).some((each) => matchesByOrder(each))
}
