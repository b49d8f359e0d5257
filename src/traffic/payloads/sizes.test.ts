import { describe, expect, it, test } from 'vitest'
import type { MessageSize } from '../../model/plan.ts'
import { streamsFrom } from '../arrivals/random.ts'
import { maxBytesOf, type SizeLimits, sizeOf } from './sizes.ts'

const MIB = 2 ** 20
const COUNT = 20_000

/** Returns a limit of a protocol, if there is one. */
function limitsOf(longest: number | undefined): SizeLimits {
  return longest === undefined ? {} : { maxMessageBytes: longest }
}

/** Returns the sizes of the first requests of a run in ascending order. */
function sorted(spec: MessageSize, longest?: number): readonly number[] {
  const streamAt = streamsFrom('8f2c1e', 'payload')
  return Array.from({ length: COUNT }, (_, sequence) => sizeOf(spec, streamAt(sequence), limitsOf(longest))).sort(
    (a, b) => a - b,
  )
}

function quantile(sizes: readonly number[], share: number): number {
  return sizes[Math.floor(share * sizes.length)] ?? Number.NaN
}

/** Returns the share of sizes below `size`. */
function shareBelow(sizes: readonly number[], size: number): number {
  return sizes.filter((each) => each < size).length / sizes.length
}

describe.each([
  ['small', 16, 1_024, undefined],
  ['medium', 1_024, MIB, undefined],
  ['large', MIB, 100 * MIB, undefined],
  ['large', MIB, 16 * MIB, 16 * MIB],
] as const)('%s from %d to %d bytes', (name, from, to, longest) => {
  const sizes = sorted(name, longest)

  it('is an integer within its range, excluding the end', () => {
    expect(sizes.every((size) => Number.isInteger(size))).toBe(true)
    expect(sizes[0]).toBeGreaterThanOrEqual(from)
    expect(sizes.at(-1)).toBeLessThan(to)
  })

  it.each([0.05, 0.25, 0.5, 0.75, 0.95])('has its quantile %d where the log-uniform distribution has it', (share) => {
    const exact = from * (to / from) ** share
    // Four standard errors of the share of 20 000 sizes below the quantile; a size is rounded down to whole bytes.
    const slack = 4 * Math.sqrt((share * (1 - share)) / COUNT)
    expect(quantile(sizes, share - slack)).toBeLessThanOrEqual(exact)
    expect(quantile(sizes, share + slack) + 1).toBeGreaterThanOrEqual(exact)
  })
})

test('mixed is 70% small, 25% medium, 5% large of up to 4 MiB', () => {
  const sizes = sorted('mixed')
  expect(shareBelow(sizes, 1_024)).toBeCloseTo(0.7, 2)
  expect(shareBelow(sizes, MIB)).toBeCloseTo(0.95, 2)
  expect(sizes.at(-1)).toBeLessThan(4 * MIB)
  expect(quantile(sizes, 0.975) / (2 * MIB)).toBeCloseTo(1, 0)
})

test('returns a fixed number of bytes every time', () => {
  expect(new Set(sorted(777))).toEqual(new Set([777]))
})

test('a uniform range has as many sizes below its midpoint as above', () => {
  const sizes = sorted({ from: 100, to: 1_100, spread: 'uniform' })
  expect(shareBelow(sizes, 600)).toBeCloseTo(0.5, 1)
  expect(shareBelow(sizes, 350)).toBeCloseTo(0.25, 1)
  expect([sizes[0], sizes.at(-1)]).toEqual([100, 1_099])
})

test('returns the only size of a range of one byte', () => {
  expect(new Set(sorted({ from: 5, to: 6 }))).toEqual(new Set([5]))
})

test('draws sizes by weight, also when nested', () => {
  const sizes = sorted([
    { size: 10, weight: 3 },
    {
      size: [
        { size: 20, weight: 1 },
        { size: 30, weight: 1 },
      ],
      weight: 1,
    },
  ])
  expect(shareBelow(sizes, 11)).toBeCloseTo(0.75, 1)
  expect(shareBelow(sizes, 21)).toBeCloseTo(0.875, 1)
  expect(new Set(sizes)).toEqual(new Set([10, 20, 30]))
})

test('applies the limit of the named sizes to names only', () => {
  const limits = { maxMessageBytes: 128 * MIB, maxNamedBytes: 16 * MIB }
  const one = { next: () => 0.999_999 }
  expect(sizeOf('large', one, limits)).toBeLessThan(16 * MIB)
  expect(sizeOf([{ size: 'large', weight: 1 }], one, limits)).toBeLessThan(16 * MIB)
  expect(sizeOf(50 * MIB, one, limits)).toBe(50 * MIB)
  expect(sizeOf({ from: MIB, to: 40 * MIB }, one, limits)).toBeGreaterThan(39 * MIB)
  const sizes = [[{ size: 'large', weight: 1 }], 50 * MIB, 200 * MIB, { from: 1, to: 30 * MIB }] as const
  expect(sizes.map((size) => maxBytesOf(size, limits))).toEqual([16 * MIB, 50 * MIB, 128 * MIB, 30 * MIB - 1])
})

test('never exceeds the maximum of the protocol', () => {
  for (const spec of ['large', 'mixed', 50 * MIB, { from: 20 * MIB, to: 30 * MIB }] as const) {
    expect(sorted(spec, 2 * MIB).at(-1)).toBeLessThanOrEqual(2 * MIB)
  }
})
