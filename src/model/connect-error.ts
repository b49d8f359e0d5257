import type { ErrorClass } from './error-class.ts'

/** Thrown when a connection could not be opened and the protocol knows why. */
export class ConnectError extends Error {
  readonly errorClass: ErrorClass
  /** As `Outcome.excerpt`: the response that refused the connection. */
  readonly excerpt: string | undefined

  constructor(
    errorClass: ErrorClass,
    message: string,
    options: ErrorOptions & { readonly excerpt?: string | undefined } = {},
  ) {
    super(message, options)
    this.name = 'ConnectError'
    this.errorClass = errorClass
    this.excerpt = options.excerpt
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
  const byCode = error.code === undefined ? undefined : CLASS_OF_CODE[error.code]
  return byCode ?? (error.syscall === 'getaddrinfo' ? 'dns' : undefined)
}
