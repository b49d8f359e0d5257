import { expect, test } from 'vitest'
import { BodyBeginning, BodyCapture } from './body-capture.ts'

test.each([
  ['a body', () => new BodyCapture()],
  ['the beginning of a body', () => new BodyBeginning()],
] as const)('%s of single bytes takes a few times its size, not hundreds', (_, create) => {
  const kept = create()
  const piece = Buffer.from('x')
  globalThis.gc?.()
  const before = process.memoryUsage()
  for (let byte = 0; byte < 2 ** 20; byte++) kept.add(piece)
  const { heapUsed, external } = process.memoryUsage()
  const grown = heapUsed - before.heapUsed + external - before.external
  expect(kept.beginning(undefined)).toBe('x'.repeat(300))
  // A Buffer for each byte takes about 100 MB.
  expect(grown).toBeLessThan(32 * 2 ** 20)
})
