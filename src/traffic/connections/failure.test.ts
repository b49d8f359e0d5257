import { expect, test } from 'vitest'
import { ConnectError } from '../../model/connect-error.ts'
import { connectFailure } from './failure.ts'

function systemError(code: string): Error {
  return Object.assign(new Error(`connect ${code} 127.0.0.1:1`), { code })
}

test.each([
  ['ENOTFOUND', 'dns'],
  ['EAI_AGAIN', 'dns'],
  ['ECONNREFUSED', 'connect'],
  ['ECONNRESET', 'connect'],
  ['EHOSTUNREACH', 'connect'],
  ['ETIMEDOUT', 'timeout'],
  ['EADDRNOTAVAIL', 'local-ports'],
  ['EMFILE', 'local-files'],
  ['ENFILE', 'local-files'],
])('gives %s the class %s', (code, errorClass) => {
  expect(connectFailure(systemError(code))).toEqual({ errorClass, message: `connect ${code} 127.0.0.1:1` })
})

test('uses the class that the protocol reports', () => {
  const error = new ConnectError('tls', 'self-signed certificate', { cause: systemError('ENOTFOUND') })
  expect(connectFailure(error)).toEqual({ errorClass: 'tls', message: 'self-signed certificate' })
})

test.each([
  [new Error('no code'), 'no code'],
  ['a text', 'a text'],
  [undefined, 'undefined'],
])('gives %o the class connect', (reason, message) => {
  expect(connectFailure(reason)).toEqual({ errorClass: 'connect', message })
})
