import type { MessageSize, SizeName } from '../../../model/plan.ts'
import { formatCount, formatPlural } from '../../../wording/figures.ts'
import { type Check, type CheckGroup, shortRun } from '../check.ts'

const KIB = 1_024
const MIB = 1_024 * KIB

interface Range {
  readonly from: number
  /** Excluded. */
  readonly to: number
}

const RANGES: Readonly<Record<SizeName, Range>> = {
  small: { from: 16, to: KIB },
  medium: { from: KIB, to: MIB },
  large: { from: MIB, to: 100 * MIB },
  mixed: { from: 16, to: 4 * MIB },
}

/** Requests of each size; large messages take their time. */
const REQUESTS: Readonly<Record<SizeName, number>> = { small: 50, medium: 50, large: 2, mixed: 100 }

const WRITE = { method: 'POST', path: '/' } as const

function sizeCheck(name: SizeName): Check {
  return {
    name: `${name} messages`,
    async observe(bench) {
      const shape = shortRun(bench, REQUESTS[name], 1)
      const result = await bench.load({ ...shape, request: WRITE, messageSize: name })
      const { bodies } = await bench.server.control.recorded()
      const lengths = bodies.map(({ bytes }) => bytes).toSorted((a, b) => a - b)
      const { from, to } = RANGES[name]
      const within = lengths.filter((bytes) => bytes >= from && bytes < to).length
      const [smallest = 0] = lengths
      const isWhole = name !== 'mixed' || (smallest < KIB && (lengths.at(-1) ?? 0) >= KIB)
      return {
        holds: isWhole && within === REQUESTS[name] && lengths.length === result.requestsSent,
        sent: `${formatPlural(result.requestsSent, 'body', 'bodies')} of ${formatCount(from)} to below ${formatCount(to)} bytes`,
        counted: `${within} of ${formatPlural(lengths.length, 'body', 'bodies')} in this range, from ${formatCount(smallest)} to ${formatCount(lengths.at(-1) ?? 0)} bytes`,
        result,
      }
    },
  }
}

const LENGTH: MessageSize = 1_000

function formatCheck(messageFormat: 'text' | 'binary'): Check {
  return {
    name: `${messageFormat} messages`,
    async observe(bench) {
      const shape = shortRun(bench, REQUESTS.small)
      const result = await bench.load({ ...shape, request: WRITE, messageSize: LENGTH, messageFormat })
      const { bodies } = await bench.server.control.recorded()
      const right = bodies.filter(({ bytes, isUtf8 }) => bytes === LENGTH && isUtf8 === (messageFormat === 'text'))
      return {
        holds: right.length === bodies.length && bodies.length === result.requestsSent,
        sent: `${formatPlural(result.requestsSent, 'body', 'bodies')} of 1 000 bytes of ${messageFormat === 'text' ? 'UTF-8' : 'random bytes'}`,
        counted: `${right.length} of ${formatPlural(bodies.length, 'body', 'bodies')} with 1 000 bytes that are ${messageFormat === 'text' ? '' : 'not '}UTF-8`,
        result,
      }
    },
  }
}

/** Bodies have the lengths and the content that the plan sets. */
export const messages: CheckGroup = {
  area: 'messages',
  checks: [
    sizeCheck('small'),
    sizeCheck('medium'),
    sizeCheck('large'),
    sizeCheck('mixed'),
    formatCheck('text'),
    formatCheck('binary'),
  ],
}
