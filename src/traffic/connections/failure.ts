import { classOfConnectError, ConnectError } from '../../model/connect-error.ts'
import type { ErrorClass } from '../../model/error-class.ts'

/** Classifies a failed connection attempt: by the protocol's class, else by the system error. */
export function connectFailure(error: unknown): { readonly errorClass: ErrorClass; readonly message: string } {
  if (error instanceof ConnectError) return { errorClass: error.errorClass, message: error.message }
  if (!(error instanceof Error)) return { errorClass: 'connect', message: String(error) }
  return { errorClass: classOfConnectError(error) ?? 'connect', message: error.message }
}
