import { expect, test } from 'vitest'
import type { PlanFault } from '../model/errors.ts'
import { objectOf } from '../model/readers.ts'
import { readPlanHeaders } from './connection-options.ts'
import { readHeaders } from '../model/header-readers.ts'

const TEMPLATED = { authorization: 'Bearer {{setup.token}}' }

test('rejects templates in headers of the plan, which are sent unchanged, and accepts them in headers of a request', () => {
  const faults: PlanFault[] = []
  expect(readHeaders(TEMPLATED, 'request.headers', faults)).toEqual(TEMPLATED)
  expect(faults).toEqual([])
  readPlanHeaders({ ...TEMPLATED, 'x-json': '{"a":{}}' }, 'headers', faults)
  expect(faults).toEqual([
    {
      key: 'headers.authorization',
      value: '(not shown)',
      rule: 'cannot have templates: only headers of a request can',
      remedy: "write request: { …, headers: { 'authorization': … } }",
    },
  ])
})

test('hides a non-empty object under a misspelt key, because it may contain tokens', () => {
  const faults: PlanFault[] = []
  objectOf({ headers: readHeaders }, '{}')({ headrs: TEMPLATED, header: {}, heders: 5 }, 'request', faults)
  expect(faults.map(({ key, value }) => [key, value])).toEqual([
    ['request.headrs', '(not shown)'],
    ['request.header', {}],
    ['request.heders', 5],
  ])
})
