import type { ErrorClass } from './protocol.ts'

/** A connection could not be made, and the protocol knows why. */
export class ConnectError extends Error {
  readonly errorClass: ErrorClass

  constructor(errorClass: ErrorClass, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ConnectError'
    this.errorClass = errorClass
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

/** What a system's error says about why there is no connection; undefined when it says nothing in particular. */
export function classOfConnectError(error: NodeJS.ErrnoException): ErrorClass | undefined {
  const byCode = error.code === undefined ? undefined : CLASS_OF_CODE[error.code]
  return byCode ?? (error.syscall === 'getaddrinfo' ? 'dns' : undefined)
}
