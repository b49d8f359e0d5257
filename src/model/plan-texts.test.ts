import { expect, test } from 'vitest'
import type { PlanFault } from './errors.ts'
import { objectOf } from './plan-readers.ts'
import { readHeaders, readPlanHeaders } from './plan-texts.ts'

const TEMPLATED = { authorization: 'Bearer {{setup.token}}' }

test('headers of a plan with a template are a fault: it would go out as it is; those of a request are none', () => {
  const faults: PlanFault[] = []
  expect(readHeaders(TEMPLATED, 'request.headers', faults)).toEqual(TEMPLATED)
  expect(faults).toEqual([])
  readPlanHeaders({ ...TEMPLATED, 'x-json': '{"a":{}}' }, 'headers', faults)
  expect(faults).toEqual([
    {
      key: 'headers.authorization',
      value: '(not shown)',
      rule: 'cannot have templates: those of a request can',
      remedy: "write request: { …, headers: { 'authorization': … } }",
    },
  ])
})

test('what stands under a misspelt key is not shown where it holds more: tokens, perhaps', () => {
  const faults: PlanFault[] = []
  objectOf({ headers: readHeaders }, '{}')({ headrs: TEMPLATED, header: {}, heders: 5 }, 'request', faults)
  expect(faults.map(({ key, value }) => [key, value])).toEqual([
    ['request.headrs', '(not shown)'],
    ['request.header', {}],
    ['request.heders', 5],
  ])
})
