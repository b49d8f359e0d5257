/** What of it is kept, and of that, what a message tells. */
const KEPT_BYTES = 4 * 1024
const TOLD_CHARACTERS = 300

/** The end of what a process wrote to its standard error: read without end, kept only to say why it failed. */
export class StderrTail {
  #tail: Buffer = Buffer.alloc(0)

  take(bytes: Buffer): void {
    const last = bytes.subarray(-KEPT_BYTES)
    this.#tail = Buffer.concat([this.#tail, last]).subarray(-KEPT_BYTES)
  }

  /** To be appended to a message; empty when nothing was written. Frames of a stack are left out for what they are of. */
  words(): string {
    const lines = this.#tail.toString('utf8').split('\n')
    const telling = lines.filter((line) => !/^\s*at |^Node\.js v/.test(line)).join(' ')
    const text = telling.replaceAll(/\s+/g, ' ').trim()
    if (text === '') return ''
    return `; it last wrote: ${text.length > TOLD_CHARACTERS ? `…${text.slice(-TOLD_CHARACTERS)}` : text}`
  }
}
