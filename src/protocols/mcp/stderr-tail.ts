/** Bytes that are kept, and characters of them that a message quotes. */
const KEPT_BYTES = 4 * 1024
const QUOTED_CHARACTERS = 300

/** Keeps the last bytes that a process wrote to its standard error, to explain why it failed. */
export class StderrTail {
  #tail: Buffer = Buffer.alloc(0)

  add(bytes: Buffer): void {
    const last = bytes.subarray(-KEPT_BYTES)
    this.#tail = Buffer.concat([this.#tail, last]).subarray(-KEPT_BYTES)
  }

  /** Returns a suffix for a message; empty when nothing was written. Omits stack frames to make room for the error. */
  words(): string {
    const lines = this.#tail.toString('utf8').split('\n')
    const telling = lines.filter((line) => !/^\s*at |^Node\.js v/.test(line)).join(' ')
    const text = telling.replaceAll(/\s+/g, ' ').trim()
    if (text === '') return ''
    return `; end of its stderr: ${text.length > QUOTED_CHARACTERS ? `…${text.slice(-QUOTED_CHARACTERS)}` : text}`
  }
}
