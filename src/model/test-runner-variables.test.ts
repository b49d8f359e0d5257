import { expect, test } from 'vitest'
import { withoutTestRunner } from './test-runner-variables.ts'

const VITEST = {
  VITEST: 'true',
  VITEST_WORKER_ID: '1',
  TEST: 'true',
  NODE_ENV: 'test',
  MODE: 'test',
  DEV: '1',
  PROD: '',
  SSR: '1',
  BASE_URL: '/',
  DESCRIBE_LOAD_SPOOL: '/tmp/x',
}

test.each([
  ['Vitest', VITEST, {}],
  ['Jest', { JEST_WORKER_ID: '1', NODE_ENV: 'test' }, {}],
  ['Playwright Test', { TEST_WORKER_INDEX: '0', TEST_PARALLEL_INDEX: '0' }, {}],
  [
    'a user under Vitest',
    { ...VITEST, NODE_ENV: 'production', BASE_URL: 'http://a', TEST: 'a', PATH: '/bin' },
    { NODE_ENV: 'production', BASE_URL: 'http://a', TEST: 'a', PATH: '/bin' },
  ],
  ['a user without a test runner', { NODE_ENV: 'test', TEST: 'true' }, { NODE_ENV: 'test', TEST: 'true' }],
])('a started program inherits, of the variables that are set by %s, those of the user', (_, env, inherited) => {
  expect(withoutTestRunner(env)).toEqual(inherited)
})
