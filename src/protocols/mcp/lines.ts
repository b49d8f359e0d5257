import { LineFramer } from '../framers/line-framer.ts'
import type { McpListener } from './channel.ts'

/** Creates a framer that passes each line to the listener as a message. It skips blank lines. */
export function messageLines(listener: McpListener, limitBytes: number): LineFramer {
  return new LineFramer((line, bytes) => {
    if (line !== '' && line !== '\r') listener.message(line, bytes)
  }, limitBytes)
}
