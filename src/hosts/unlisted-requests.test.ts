import { expect, test } from 'vitest'
import { resultOf } from '../report/run-record.builder.ts'
import { joinUnlisted, unlistedIn } from './unlisted-requests.ts'

const figures = resultOf({ requestsSent: 30 })
const warmUp = { requestsSent: 8, operations: { read: 5 } }
const plan = { ...resultOf().plan, request: 'GET /items' }
const result = resultOf({ plan, requestsSent: 100, operations: { read: figures, write: figures }, warmUp })

test('only the warm-up of a recorded run is in no report', () => {
  expect(unlistedIn(result, true)).toEqual([
    { sentBy: 'warm-up', protocol: result.protocol, operation: 'read', requests: 5 },
    { sentBy: 'warm-up', protocol: result.protocol, operation: 'GET /items', requests: 3 },
  ])
  expect(unlistedIn(resultOf(), true)).toEqual([])
})

test('of a run that is not recorded, no report has any request; those without a name count as the request in words', () => {
  const all = unlistedIn(result, false).filter(({ sentBy }) => sentBy === 'unlisted run')
  expect(all.map(({ operation, requests }) => [operation, requests])).toEqual([
    ['read', 30],
    ['write', 30],
    ['GET /items', 40],
  ])
})

test('requests of several runs add up by source, protocol and operation', () => {
  const read = { sentBy: 'warm-up', protocol: 'http', operation: 'read', requests: 2 } as const
  expect(joinUnlisted([read, { ...read, protocol: 'tcp' }, { ...read, requests: 3 }])).toEqual([
    { ...read, requests: 5 },
    { ...read, protocol: 'tcp' },
  ])
})
