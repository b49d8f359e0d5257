import { ConnectError, type ErrorClass } from '../../model/protocol.ts'

const CLASS_OF_CODE: Readonly<Record<string, ErrorClass>> = {
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EADDRNOTAVAIL: 'local-ports',
  EMFILE: 'local-files',
  ENFILE: 'local-files',
  ETIMEDOUT: 'timeout',
}

/** Why a connection could not be made: what the protocol says, else what the system's error code means. */
export function connectFailure(error: unknown): { readonly errorClass: ErrorClass; readonly message: string } {
  if (error instanceof ConnectError) return { errorClass: error.errorClass, message: error.message }
  const message = error instanceof Error ? error.message : String(error)
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return { errorClass: CLASS_OF_CODE[code] ?? 'connect', message }
}
