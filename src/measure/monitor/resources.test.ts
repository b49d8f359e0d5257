import { openSync, closeSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readResources } from './resources.ts'

test('reads memory and cores on every system', () => {
  const { availableBytes, cores } = readResources()
  expect(availableBytes).toBeGreaterThan(2 ** 20)
  expect(cores).toBeGreaterThanOrEqual(1)
})

test.runIf(process.platform === 'linux')('counts the files that this process has open', () => {
  const before = readResources().descriptors
  const files = Array.from({ length: 20 }, () => openSync('/dev/null', 'r'))
  const during = readResources().descriptors
  for (const file of files) closeSync(file)
  if (before === null || during === null) throw new Error('Linux reports the descriptors of a process')
  expect(during.limit).toBe(before.limit)
  // Other tests share the process and open files as well.
  expect(during.open - before.open).toBeGreaterThanOrEqual(15)
  expect(during.open - before.open).toBeLessThanOrEqual(25)
  expect(during.limit).toBeGreaterThan(during.open)
})

test.runIf(process.platform === 'linux')('reads the number of local ports', () => {
  const { ports } = readResources()
  expect(ports?.count).toBeGreaterThan(0)
  expect(ports?.count).toBeLessThanOrEqual(65_536)
  expect([1_000, 60_000]).toContain(ports?.heldMs.remote)
})
