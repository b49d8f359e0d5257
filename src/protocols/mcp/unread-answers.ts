/** Bytes of unread answers above which answers are discarded: one message may contain many requests. */
const FULL_BYTES = 1024 * 1024
/** Bytes of unread answers above which nothing more is read from the server, until it has read half of them. */
const MAX_BYTES = 256 * 1024

interface Source {
  pause(): unknown
  resume(): unknown
}

/**
 * Answers to requests of a server (such as pings) that the server has not read yet. A server that sends requests and
 * never reads the answers must not fill the memory. Calls do not count: a server may read the next call only when its
 * reply to the last one has been read.
 */
export class UnreadAnswers {
  readonly #source: Source
  #bytes = 0
  #paused = false

  /** `source`: what is read from the server. */
  constructor(source: Source) {
    this.#source = source
  }

  /** Whether another answer must be discarded. */
  get full(): boolean {
    return this.#bytes > FULL_BYTES
  }

  /** Adds an answer that is being written. The caller calls the returned function when it has been written. */
  add(bytes: number): () => void {
    this.#bytes += bytes
    if (!this.#paused && this.#bytes > MAX_BYTES) {
      this.#paused = true
      this.#source.pause()
    }
    return () => {
      this.#bytes -= bytes
      if (!this.#paused || this.#bytes > MAX_BYTES / 2) return
      this.#paused = false
      this.#source.resume()
    }
  }
}
