import { expect, test } from 'vitest'
import { connectError } from './connect-error.ts'

const TARGET = new URL('http://localhost:3000')

function failure(code: string, syscall = 'connect'): Error {
  return Object.assign(new Error(`${syscall} ${code}`), { code, syscall })
}

test.each<[unknown, boolean, string]>([
  [failure('ECONNREFUSED'), false, 'connect'],
  [failure('EHOSTUNREACH'), false, 'connect'],
  [failure('ENOTFOUND', 'getaddrinfo'), false, 'dns'],
  [failure('EAI_AGAIN', 'getaddrinfo'), false, 'dns'],
  [failure('ETIMEDOUT'), false, 'timeout'],
  [failure('EADDRNOTAVAIL'), false, 'local-ports'],
  [failure('EMFILE'), false, 'local-files'],
  [failure('ENFILE'), false, 'local-files'],
  [failure('ECONNRESET', 'read'), true, 'tls'],
  [failure('ERR_TLS_CERT_ALTNAME_INVALID'), true, 'tls'],
  ['not even an error', false, 'connect'],
])('maps %s, in a handshake %j, to class %s', (thrown, inHandshake, errorClass) => {
  expect(connectError(TARGET, thrown, inHandshake)).toMatchObject({ errorClass, cause: thrown })
})

test('reports the refused connection when several addresses failed', () => {
  const both = new AggregateError([failure('EADDRNOTAVAIL'), failure('ECONNREFUSED')])
  expect(connectError(TARGET, both, false)).toMatchObject({
    errorClass: 'connect',
    message: 'could not connect to localhost:3000: connect ECONNREFUSED',
  })
})
