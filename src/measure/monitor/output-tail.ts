import type { Readable } from 'node:stream'
import { decisiveLines } from '../../model/text/decisive-lines.ts'

const KEPT_CHARACTERS = 4_096
const QUOTED_LINES = 12

/**
 * Reads the output of a process for as long as it runs, because a process blocks when its pipe is full. Passes each
 * line on and keeps the last ones.
 */
export class OutputTail {
  #kept = ''

  constructor(stream: Readable, onLine: (line: string) => void) {
    let open = ''
    stream.setEncoding('utf8')
    stream.on('data', (text: string) => {
      this.#kept = (this.#kept + text).slice(-KEPT_CHARACTERS)
      const lines = (open + text).split('\n')
      // An unterminated line must not grow without bound.
      open = (lines.pop() ?? '').slice(-KEPT_CHARACTERS)
      for (const line of lines) onLine(line)
    })
    // A pipe that breaks when its process ends is no error.
    stream.on('error', () => {})
  }

  /** The lines of the output to show in an error: those that say why the program ended, or the last ones. */
  get quoted(): readonly string[] {
    const decisive = decisiveLines(this.#kept)
    if (decisive.length > 0) return decisive.map((line) => `  ${line}`)
    const lines = this.#kept.split('\n').map((line) => line.trimEnd())
    const last = lines.filter((line) => line !== '').slice(-QUOTED_LINES)
    return last.length === 0 ? [] : ['  last lines of its output:', ...last.map((line) => `    ${line}`)]
  }
}
