import type { Body, ChosenFormat, MessageFormat } from '../../model/body.ts'
import type { Random } from '../../model/pattern.ts'
import { streamsFrom } from '../arrivals/random.ts'
import { binaryBody } from './binary.ts'
import { textBody } from './text.ts'

export { maxBytesOf, type SizeLimits, sizeOf } from './sizes.ts'

type BodySource = (length: number, random: Random) => Body

/** The body sources; a new source needs its file and one line here. */
const SOURCES: Readonly<Record<MessageFormat, BodySource>> = { text: textBody, binary: binaryBody }

/**
 * Creates a body of `length` bytes determined by `random` alone. A body of up to 64 KiB is created immediately, as a
 * string if it is text. A longer one is created while it is sent. Bodies are slices of one block and share its memory,
 * so they must not be modified. Two bodies of a run may occasionally be equal.
 */
export function bodyOf(format: MessageFormat, length: number, random: Random): Body {
  return SOURCES[format](length, random)
}

/**
 * Returns the format of each message by its position in the run: with `mixed`, text or binary with equal probability.
 * The draws are independent of those of the sizes, so that a plan sends the same sizes in every format.
 */
export function formatsFrom(chosen: ChosenFormat, seed: string): (sequence: number) => MessageFormat {
  if (chosen !== 'mixed') return () => chosen
  const randomOf = streamsFrom(seed, 'format')
  return (sequence) => (randomOf(sequence).next() < 0.5 ? 'text' : 'binary')
}

/**
 * Creates the blocks that bodies are slices of. This takes about 20 ms per thread, so it happens before the run, not at
 * the first request.
 */
export function prepareBodies(chosen: ChosenFormat): void {
  for (const format of chosen === 'mixed' ? (['text', 'binary'] as const) : [chosen])
    SOURCES[format](1, { next: () => 0 })
}
