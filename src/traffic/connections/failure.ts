import { classOfConnectError, ConnectError, type ConnectMistake } from '../../model/connect-error.ts'
import type { ErrorClass } from '../../model/error-class.ts'

/** Why a connection could not be opened. */
export interface ConnectFailure {
  readonly errorClass: ErrorClass
  readonly message: string
  /** As `Outcome.excerpt`. */
  readonly excerpt?: string | undefined
  readonly mistake?: ConnectMistake | undefined
}

/** Classifies a failed connection attempt: by the protocol's class, else by the system error. */
export function connectFailure(error: unknown): ConnectFailure {
  if (error instanceof ConnectError) {
    const { errorClass, message, excerpt, mistake } = error
    return { errorClass, message, excerpt, mistake }
  }
  if (!(error instanceof Error)) return { errorClass: 'connect', message: String(error) }
  return { errorClass: classOfConnectError(error) ?? 'connect', message: error.message }
}
