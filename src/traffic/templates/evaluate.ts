import { ownValue } from '../../model/own-value.ts'
import type { Random } from '../../model/pattern.ts'
import { isRecord } from '../../model/readers.ts'
import { streamsFrom } from '../arrivals/random.ts'
import type { FeedPicker } from '../feeds/index.ts'
import type { Expression } from './expression.ts'

/** One rendering. The random stream is created when a template first needs it. */
export interface Moment {
  readonly sequence: number
  readonly setup: unknown
  random: Random | undefined
}

export type Evaluate = (moment: Moment) => unknown
export type Evaluator = (expression: Expression) => Evaluate

/** Evaluates templates in a run; random values depend on (seed, sequence), not on the number of threads. */
export function evaluatorOf(feeds: Readonly<Record<string, FeedPicker>>, seed: string): Evaluator {
  const streamAt = streamsFrom(seed, 'template')

  function randomOf(moment: Moment): Random {
    moment.random ??= streamAt(moment.sequence)
    return moment.random
  }

  return (expression) => {
    switch (expression.kind) {
      case 'sequence':
        return ({ sequence }) => sequence
      case 'uuid':
        return (moment) => uuidFrom(randomOf(moment))
      case 'int': {
        const { from, to } = expression
        // A draw has 32 bits, so in a range of more than 2³² numbers some are never drawn.
        return (moment) => Math.min(to, from + Math.floor(randomOf(moment).next() * (to - from + 1)))
      }
      case 'setup': {
        const read = readerOf(expression.field)
        return ({ setup }) => read(setup)
      }
      case 'feed': {
        const read = readerOf(expression.field)
        const feed = ownValue(feeds, expression.feed)
        return ({ sequence }) => read(feed?.pick(sequence))
      }
    }
  }
}

/** Returns harmless values, to check a request before the run; a string where only the run knows the value. */
export const sampleEvaluator: Evaluator = (expression) => {
  switch (expression.kind) {
    case 'sequence':
      return () => 0
    case 'int':
      return () => expression.from
    case 'uuid':
      return () => '00000000-0000-4000-8000-000000000000'
    case 'setup':
    case 'feed':
      return () => 'sample'
  }
}

/** Reads a field by its full name, or else by its dotted path: `address.city`. */
function readerOf(field: string): (value: unknown) => unknown {
  if (field === '') return (value) => value
  const names = field.split('.')
  if (names.length === 1) return (value) => own(value, field)
  return (value) => own(value, field) ?? names.reduce(own, value)
}

/** Ignores inherited properties: `{{user.constructor}}` is not a field. */
function own(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return /^\d+$/.test(name) ? value[Number(name)] : undefined
  return isRecord(value) ? ownValue(value, name) : undefined
}

/** Creates a version 4 UUID: RFC 9562, 5.4. */
function uuidFrom(random: Random): string {
  const [a, b, c, d] = [word(random), word(random), word(random), word(random)]
  const version = 0x4000 | (b & 0x0fff)
  const variant = 0x8000 | ((c >>> 16) & 0x3fff)
  return `${hex(a, 8)}-${hex(b >>> 16, 4)}-${hex(version, 4)}-${hex(variant, 4)}-${hex(c & 0xffff, 4)}${hex(d, 8)}`
}

function word(random: Random): number {
  return Math.floor(random.next() * 2 ** 32)
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}
