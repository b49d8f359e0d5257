import { describe, expect, test } from 'vitest'
import { mix } from '../../plan/mix.ts'
import { noticesForTest, unknownNotices } from './notices.ts'

describe('notices about the environment', () => {
  test.each([
    ['LOAD_TARGT', 'LOAD_TARGET'],
    ['LOAD_TARGETS', 'LOAD_TARGET'],
    ['LOAD_DURATON', 'LOAD_DURATION'],
    ['LOAD_P99', 'LOAD_P99_MS'],
    ['LOAD_SED', 'LOAD_SEED'],
    ['LOAD_TARGET_WS', 'LOAD_TARGET_WEBSOCKET'],
  ])('%s means %s', (name, meant) => {
    expect(unknownNotices({ [name]: '1' }).map(({ text }) => text)).toEqual([
      `${name} is not a variable of describe-load and has no effect\n    → did you mean ${meant}?`,
    ])
  })

  test('a variable that is similar to none belongs to another program', () => {
    const env = { LOAD_BALANCER_IP: '10.0.0.1', LOAD_BALANCER_URL: 'http://a', LOADING: '1', LOAD_EMPTY: '' }
    expect(unknownNotices(env)).toEqual([])
  })

  test('rate and duration have no effect on a load test', () => {
    const env = { LOAD_RATE: '5', LOAD_DURATION: '5', LOAD_SEED: 'a', LOAD_HEADERS: '' }
    expect(noticesForTest('checkout', {}, env)).toEqual([
      { topic: 'suites', text: 'LOAD_RATE and LOAD_DURATION apply to suites only: a load test follows its plan' },
    ])
  })

  test.each([
    { target: 'http://127.0.0.1:1' },
    { workload: mix([{ target: 'http://127.0.0.1:1' }, { protocol: 'tcp' }]) },
  ])('a target in the plan of a test stays: %j', (plan) => {
    expect(noticesForTest('checkout', plan, { LOAD_TARGET_TCP: 'tcp://a:1' })).toMatchObject([{ topic: 'target' }])
    expect(noticesForTest('checkout', plan, {})).toEqual([])
    expect(noticesForTest('checkout', {}, { LOAD_TARGET: 'a:1' })).toEqual([])
  })
})
