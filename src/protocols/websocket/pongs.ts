import { WebSocket } from 'ws'

/**
 * Answers pings. While a pong waits to be sent, only the most recent ping is kept, which RFC 6455, 5.5.3 allows. So a
 * server that sends pings and never reads the pongs costs no memory.
 */
export class Pongs {
  readonly #webSocket: WebSocket
  #sending = false
  #next: Buffer | undefined

  constructor(webSocket: WebSocket) {
    this.#webSocket = webSocket
  }

  /** Answers a ping. The payload is valid only during the call. */
  answer(payload: Buffer): void {
    if (this.#webSocket.readyState !== WebSocket.OPEN) return
    const copy = Buffer.from(payload)
    if (this.#sending) this.#next = copy
    else this.#send(copy)
  }

  #send(payload: Buffer): void {
    this.#sending = true
    this.#webSocket.pong(payload, true, this.#sent)
  }

  /** The socket reports a failed write, and no further ping is answered. */
  readonly #sent = (failed?: Error | null): void => {
    if (failed !== undefined && failed !== null) return
    const next = this.#next
    this.#sending = false
    this.#next = undefined
    if (next !== undefined && this.#webSocket.readyState === WebSocket.OPEN) this.#send(next)
  }
}
