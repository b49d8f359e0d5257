import type { Random } from '../../model/pattern.ts'
import type { MessageSize, SizeName } from '../../model/plan.ts'

const KIB = 2 ** 10
const MIB = 2 ** 20

/** The named sizes in bytes: log-uniform, half-open ranges. */
const NAMED: Readonly<Record<SizeName, MessageSize>> = {
  small: { from: 16, to: KIB },
  medium: { from: KIB, to: MIB },
  large: { from: MIB, to: 100 * MIB },
  mixed: [
    { size: 'small', weight: 70 },
    { size: 'medium', weight: 25 },
    { size: { from: MIB, to: 4 * MIB }, weight: 5 },
  ],
}

/** Maximum sizes of a protocol, in bytes. */
export interface SizeLimits {
  /** Maximum that the protocol can carry. */
  readonly maxMessageBytes?: number
  /** Maximum of the named sizes, if it is lower. */
  readonly maxNamedBytes?: number
}

/** Returns the limits for a size that is given by name. */
function ofNamed({ maxMessageBytes = Infinity, maxNamedBytes = Infinity }: SizeLimits): SizeLimits {
  return { maxMessageBytes: Math.min(maxMessageBytes, maxNamedBytes) }
}

/**
 * Draws the size of the next message in bytes. Ranges are log-uniform by default: P(size < x) = ln(x / from) / ln(to /
 * from), so each doubling is equally likely. A limit truncates a range, and replaces a size or range entirely above it.
 */
export function sizeOf(spec: MessageSize, random: Random, limits: SizeLimits = {}): number {
  const { maxMessageBytes: maxBytes = Infinity } = limits
  if (typeof spec === 'number') return Math.min(spec, maxBytes)
  if (typeof spec === 'string') return sizeOf(NAMED[spec], random, ofNamed(limits))
  if (!('from' in spec)) return sizeOf(drawn(spec, random), random, limits)
  const { from, spread } = spec
  const to = Math.min(spec.to, maxBytes)
  if (to <= from) return to
  const u = random.next()
  const size = spread === 'uniform' ? from + u * (to - from) : from * (to / from) ** u
  // Rounding must not return the end, which is excluded.
  return Math.min(Math.floor(size), to - 1)
}

/** Returns the maximum message size in bytes, at most the limits. */
export function maxBytesOf(spec: MessageSize, limits: SizeLimits = {}): number {
  if (typeof spec === 'string') return maxBytesOf(NAMED[spec], ofNamed(limits))
  if (typeof spec === 'object' && !('from' in spec))
    return Math.max(...spec.map(({ size }) => maxBytesOf(size, limits)))
  return Math.min(typeof spec === 'number' ? spec : spec.to - 1, limits.maxMessageBytes ?? Infinity)
}

function drawn(sizes: Extract<MessageSize, readonly unknown[]>, random: Random): MessageSize {
  let left = random.next() * sizes.reduce((sum, { weight }) => sum + weight, 0)
  for (const { size, weight } of sizes) {
    left -= weight
    if (left < 0) return size
  }
  return sizes.at(-1)?.size ?? 0
}
