import type { ErrorClass } from './error-class.ts'
import { ownValue } from './own-value.ts'

/** A common mistake that the failure of a connection reveals; `wording/connect-mistakes.ts` has the remedies. */
export type ConnectMistake =
  | 'untrusted-certificate'
  | 'certificate-name'
  | 'certificate-date'
  /** TLS to a server that does not use it. */
  | 'no-tls'
  /** No TLS to a server that uses it. */
  | 'tls'
  | 'no-credentials'
  | 'wrong-path'

/** Returns the mistake that the HTTP status of a refused connection reveals. */
export function mistakeOfStatus(status: number | undefined): ConnectMistake | undefined {
  if (status === 401 || status === 403) return 'no-credentials'
  return status === 404 || status === 405 ? 'wrong-path' : undefined
}

/** Thrown when a connection could not be opened and the protocol knows why. */
export class ConnectError extends Error {
  readonly errorClass: ErrorClass
  /** As `Outcome.excerpt`: the response that refused the connection. */
  readonly excerpt: string | undefined
  readonly mistake: ConnectMistake | undefined

  constructor(
    errorClass: ErrorClass,
    message: string,
    options: ErrorOptions & {
      readonly excerpt?: string | undefined
      readonly mistake?: ConnectMistake | undefined
    } = {},
  ) {
    super(message, options)
    this.name = 'ConnectError'
    this.errorClass = errorClass
    this.excerpt = options.excerpt
    this.mistake = options.mistake
  }
}

const CLASS_OF_CODE: Readonly<Record<string, ErrorClass>> = {
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EADDRNOTAVAIL: 'local-ports',
  EMFILE: 'local-files',
  ENFILE: 'local-files',
  ETIMEDOUT: 'timeout',
}

/** Returns the error class that a system error implies for a failed connection, or undefined when it implies none. */
export function classOfConnectError(error: NodeJS.ErrnoException): ErrorClass | undefined {
  const byCode = error.code === undefined ? undefined : ownValue(CLASS_OF_CODE, error.code)
  return byCode ?? (error.syscall === 'getaddrinfo' ? 'dns' : undefined)
}
