import type { Body, MessageFormat } from '../../model/body.ts'
import type { Random } from '../../model/pattern.ts'
import { binaryBody } from './binary.ts'
import { textBody } from './text.ts'

export { mostBytes, sizeOf } from './sizes.ts'

type BodySource = (length: number, random: Random) => Body

/** Every source of bodies: a new one is its file and a line here. */
const SOURCES: Readonly<Record<MessageFormat, BodySource>> = { text: textBody, binary: binaryBody }

/**
 * A body of `length` bytes that follows from `random` alone. Up to 64 KiB it is there at once, a string where it is text;
 * a longer one is made while it is sent. Bodies are slices of one block and share its memory: they are not to be written
 * to. Now and then two of a run are alike.
 */
export function bodyOf(format: MessageFormat, length: number, random: Random): Body {
  return SOURCES[format](length, random)
}

/** Makes what bodies are slices of, which takes some 20 ms once a thread: before the run, not at its first request. */
export function prepareBodies(format: MessageFormat): void {
  SOURCES[format](1, { next: () => 0 })
}
