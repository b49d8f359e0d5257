import { LoadUserCodeError } from '../../model/errors.ts'
import type { RequestPicker } from './picker.ts'

/** Requests `count` payloads, for the positions `first`, `first + step`, …. */
export type AskForRequests = (first: number, count: number) => void

/**
 * Picks requests that a function in the test's thread creates ahead of time and sends in chunks. The picker keeps the
 * first chunk, because both the warm-up and the measured part begin with it.
 */
export class FedPicker<Request> implements RequestPicker<Request> {
  readonly #step: number
  readonly #chunk: number
  readonly #ask: AskForRequests
  readonly #chunks = new Map<number, readonly (Request | LoadUserCodeError)[]>()
  readonly #asked = new Set<number>()

  /** `step` is the number of threads, which is the distance between two positions of one thread. */
  constructor(step: number, chunk: number, ask: AskForRequests) {
    this.#step = step
    this.#chunk = chunk
    this.#ask = ask
  }

  pick(position: number): Request | 'later' {
    const sequence = position < 0 ? -1 - position : position
    const place = Math.floor(sequence / this.#step)
    const number = Math.floor(place / this.#chunk)
    const offset = sequence % this.#step
    this.#askFor(number, offset)
    this.#askFor(number + 1, offset)
    this.#askFor(number + 2, offset)
    for (const old of this.#chunks.keys()) if (old !== 0 && old < number) this.#forget(old)
    const request = this.#chunks.get(number)?.[place % this.#chunk]
    if (request instanceof LoadUserCodeError) throw request
    return request === undefined ? 'later' : request
  }

  /** Receives a requested chunk, with an error in place of each request that the function could not make. */
  feed(first: number, requests: readonly (Request | LoadUserCodeError)[]): void {
    this.#chunks.set(Math.floor(first / this.#step / this.#chunk), requests)
  }

  #askFor(number: number, offset: number): void {
    if (this.#asked.has(number)) return
    this.#asked.add(number)
    this.#ask(number * this.#chunk * this.#step + offset, this.#chunk)
  }

  #forget(number: number): void {
    this.#chunks.delete(number)
    this.#asked.delete(number)
  }
}
