import { LineFramer } from '../framers/line-framer.ts'
import type { McpListener } from './channel.ts'

/** Messages one a line: what is read goes to the listener. Blank lines say nothing. */
export function messageLines(listener: McpListener): LineFramer {
  return new LineFramer((line, bytes) => {
    if (line !== '' && line !== '\r') listener.message(line, bytes)
  })
}
