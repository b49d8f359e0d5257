import { expect, test } from 'vitest'
import { unlistedLines } from './unlisted-section.ts'

const read = { sentBy: 'warm-up', protocol: 'http', operation: 'read', requests: 40 } as const

test('lists requests by what sent them', () => {
  const probe = { ...read, sentBy: 'unlisted run', requests: 1 } as const
  expect(unlistedLines({ unlisted: [read, { ...read, operation: 'write', requests: 5 }, probe] })).toEqual([
    '45 requests of warm-ups: 40 × read, 5 × write',
    '1 request of runs that are not listed: 1 × read',
  ])
})

test('names the protocol of each operation if there are several', () => {
  const small = { ...read, protocol: 'mcp', operation: 'mcp small read', requests: 7 }
  expect(unlistedLines({ unlisted: [read, { ...read, protocol: 'mcp' }, small] })).toEqual([
    '87 requests of warm-ups: 40 × http read, 40 × mcp read, 7 × mcp small read',
  ])
})

test('returns nothing if all requests are listed', () => {
  expect(unlistedLines({})).toEqual([])
})
