import { expect, test } from 'vitest'
import { liveBytes } from '../live-bytes.fixture.ts'
import { BodyBeginning, BodyCapture } from './body-capture.ts'

test.each([
  ['a body', () => new BodyCapture()],
  ['the beginning of a body', () => new BodyBeginning()],
] as const)('%s of single bytes takes a few times its size, not hundreds', async (_, create) => {
  const kept = create()
  const piece = Buffer.from('x')
  const before = await liveBytes()
  for (let byte = 0; byte < 2 ** 20; byte++) kept.add(piece)
  const grown = (await liveBytes()) - before
  expect(kept.beginning(undefined)).toBe('x'.repeat(300))
  // A Buffer for each byte takes about 100 MB.
  expect(grown).toBeLessThan(16 * 2 ** 20)
})
