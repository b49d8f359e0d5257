import { describe, expect, test } from 'vitest'
import { connectResourceError, resourceError } from './resource-errors.ts'

describe('resourceError', () => {
  test.each([
    [Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' }), 'ERR_LOAD_DESCRIPTORS'],
    [new Error('Worker initialization failure: EMFILE'), 'ERR_LOAD_DESCRIPTORS'],
    [new Error('Cannot read package config /a/package.json: too many open files.'), 'ERR_LOAD_DESCRIPTORS'],
    [
      Object.assign(new Error('connect EADDRNOTAVAIL'), { code: 'EADDRNOTAVAIL', address: '127.0.0.1' }),
      'ERR_LOAD_PORTS',
    ],
    [Object.assign(new Error('out of memory'), { code: 'ERR_WORKER_OUT_OF_MEMORY' }), 'ERR_LOAD_MEMORY'],
  ])('recognizes the exhausted resource in %o', (error, code) => {
    expect(resourceError(error)).toMatchObject({ name: 'LoadResourceError', code, cause: error })
  })

  test('returns undefined for any other error', () => {
    expect(resourceError(new TypeError('x is not a function'))).toBeUndefined()
    // What a machine without IPv6 reports.
    const noIPv6 = Object.assign(new Error('connect EADDRNOTAVAIL'), { code: 'EADDRNOTAVAIL', address: '::1' })
    expect(resourceError(noIPv6)).toBeUndefined()
  })
})

describe('connectResourceError', () => {
  test.each([
    ['local-files', 'ERR_LOAD_DESCRIPTORS', 'no file descriptor was left (all are in use)'],
    ['local-ports', 'ERR_LOAD_PORTS', 'this machine had no free local port (all are in use)'],
  ] as const)('describes %s with its remedy', (errorClass, code, message) => {
    const cause = new Error('all are in use')
    const error = connectResourceError(errorClass, cause)
    expect(error).toMatchObject({ name: 'LoadResourceError', code, cause })
    expect(error?.message).toContain(message)
  })

  test('leaves other classes to the target', () => {
    expect(connectResourceError('connect', new Error('refused'))).toBeUndefined()
  })
})
