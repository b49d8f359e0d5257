import { classOfConnectError, ConnectError, type ConnectMistake } from '../../model/connect-error.ts'

/** Codes of OpenSSL for a response that is not TLS. */
const NOT_TLS: ReadonlySet<string> = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_HTTP_REQUEST',
  'ERR_SSL_UNKNOWN_PROTOCOL',
])

/** Classifies a failure to connect. `inHandshake`: TCP had connected, but the TLS handshake had not finished. */
export function connectError(target: URL, thrown: unknown, inHandshake: boolean): ConnectError {
  const error = mostInformative(thrown)
  const errorClass = classOfConnectError(error) ?? (inHandshake ? 'tls' : 'connect')
  if (errorClass === 'tls' && NOT_TLS.has(error.code ?? '')) {
    const message = `the server at ${target.host} does not speak TLS on this port`
    return new ConnectError(errorClass, message, { cause: thrown, mistake: 'no-tls' })
  }
  const where = errorClass === 'tls' ? `TLS with ${target.host} failed` : `could not connect to ${target.host}`
  // Node.js appends advice about its own command line.
  const why = (error.message || error.code || 'unknown error').replace(/; if the root CA is installed locally,.*$/s, '')
  const mistake = errorClass === 'tls' ? CERTIFICATE_MISTAKES[error.code ?? ''] : undefined
  return new ConnectError(errorClass, `${where}: ${why}`, { cause: thrown, mistake })
}

/** Codes of Node.js for a certificate that does not verify. */
const CERTIFICATE_MISTAKES: Readonly<Record<string, ConnectMistake>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'untrusted-certificate',
  SELF_SIGNED_CERT_IN_CHAIN: 'untrusted-certificate',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'untrusted-certificate',
  UNABLE_TO_GET_ISSUER_CERT: 'untrusted-certificate',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'untrusted-certificate',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate-name',
  CERT_HAS_EXPIRED: 'certificate-date',
  CERT_NOT_YET_VALID: 'certificate-date',
}

/**
 * Picks the most informative error. A host name with several addresses fails with one error per address. A refused
 * connection says more than a missing route for the other address family.
 */
function mostInformative(thrown: unknown): NodeJS.ErrnoException {
  const errors: readonly unknown[] = thrown instanceof AggregateError ? thrown.errors : [thrown]
  const all = errors.map((error): NodeJS.ErrnoException => (error instanceof Error ? error : new Error(String(error))))
  return all.find(({ code }) => code === 'ECONNREFUSED') ?? all[0] ?? new Error('unknown error')
}

/** Returns the error of an aborted attempt: class `timeout` after a time-out, `cancelled` otherwise. */
export function abandoned(target: Pick<URL, 'host'>, signal: AbortSignal): ConnectError {
  const reason: unknown = signal.reason
  if (reason instanceof ConnectError) return reason
  const late = reason instanceof Error && reason.name === 'TimeoutError'
  const message = late ? `connecting to ${target.host} timed out` : `connecting to ${target.host} was cancelled`
  return new ConnectError(late ? 'timeout' : 'cancelled', message, { cause: reason })
}
