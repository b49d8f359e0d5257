import { expect, test } from 'vitest'
import type { PlanIssue } from '../model/errors.ts'
import { objectOf } from '../model/readers.ts'
import { readPlanHeaders } from './connection-options.ts'
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
