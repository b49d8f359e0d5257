import { expect, test } from 'vitest'
import type { PlanIssue } from '../model/errors.ts'
import { objectOf } from '../model/readers.ts'
import { readAllowHosts, readPlanHeaders } from './connection-options.ts'
import { readHeaders } from '../model/header-readers.ts'

const TEMPLATED = { authorization: 'Bearer {{setup.token}}' }

test('rejects templates in headers of the plan, which are sent unchanged, and accepts them in headers of a request', () => {
  const issues: PlanIssue[] = []
  expect(readHeaders(TEMPLATED, 'request.headers', issues)).toEqual(TEMPLATED)
  expect(issues).toEqual([])
  readPlanHeaders({ ...TEMPLATED, 'x-json': '{"a":{}}' }, 'headers', issues)
  expect(issues).toEqual([
    {
      key: 'headers.authorization',
      value: '(not shown)',
      rule: 'cannot have templates: only headers of a request can',
      remedy: "write request: { …, headers: { 'authorization': … } }",
    },
  ])
})

test('hides a non-empty object under a misspelt key, because it may contain tokens', () => {
  const issues: PlanIssue[] = []
  objectOf({ headers: readHeaders }, '{}')({ headrs: TEMPLATED, header: {}, heders: 5 }, 'request', issues)
  expect(issues.map(({ key, value }) => [key, value])).toEqual([
    ['request.headrs', '(not shown)'],
    ['request.header', {}],
    ['request.heders', 5],
  ])
})

test.each([
  ['10.0.0.0/99', 'must have a prefix of at most 32 bits, as IPv4 addresses have'],
  ['fd00::/129', 'must have a prefix of at most 128 bits, as IPv6 addresses have'],
  ['10.0.0/8', "must have a complete IP address, such as '10.0.0.0' in '10.0.0.0/8'"],
  ['10.0.0', "must have a complete IP address, such as '10.0.0.0'"],
  ['300.0.0.1', "must have a complete IP address, such as '10.0.0.0'"],
  ['fd00::1::2', "must have a complete IP address, such as '10.0.0.0'"],
])('rejects %s as an allowed host', (entry, rule) => {
  const issues: PlanIssue[] = []
  readAllowHosts(['staging.example.com', entry, '10.0.0.0/8', 'fd00::/8', '::1'], 'allowHosts', issues)
  expect(issues).toEqual([{ key: 'allowHosts[1]', value: entry, rule }])
})
