import { classOfConnectError, ConnectError } from '../../model/connect-error.ts'
import type { ErrorClass } from '../../model/protocol.ts'

/** Why a connection could not be made: what the protocol says, else what the system's error means. */
export function connectFailure(error: unknown): { readonly errorClass: ErrorClass; readonly message: string } {
  if (error instanceof ConnectError) return { errorClass: error.errorClass, message: error.message }
  if (!(error instanceof Error)) return { errorClass: 'connect', message: String(error) }
  return { errorClass: classOfConnectError(error) ?? 'connect', message: error.message }
}
