import type { Readable } from 'node:stream'

const KEPT_CHARACTERS = 4_096
const QUOTED_LINES = 12

/**
 * Reads what a process prints, for as long as it runs, since one whose pipe is full stands still; passes it on line by
 * line and keeps the end of it.
 */
export class OutputTail {
  #kept = ''

  constructor(stream: Readable, onLine: (line: string) => void) {
    let open = ''
    stream.setEncoding('utf8')
    stream.on('data', (text: string) => {
      this.#kept = (this.#kept + text).slice(-KEPT_CHARACTERS)
      const lines = (open + text).split('\n')
      // A line without end must not grow without end.
      open = (lines.pop() ?? '').slice(-KEPT_CHARACTERS)
      for (const line of lines) onLine(line)
    })
    // A pipe that breaks with its process is no news.
    stream.on('error', () => {})
  }

  /** The last lines that were printed, without the empty ones. */
  get lines(): readonly string[] {
    return this.#kept
      .split('\n')
      .map((line) => line.trimEnd())
      .filter((line) => line !== '')
      .slice(-QUOTED_LINES)
  }
}
