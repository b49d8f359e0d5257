import { classOfConnectError, ConnectError } from '../../model/connect-error.ts'

/** Names what kept a connection to `target` from being made; `inHandshake`: TCP was through, TLS was not. */
export function connectError(target: URL, thrown: unknown, inHandshake: boolean): ConnectError {
  const error = mostTelling(thrown)
  const errorClass = classOfConnectError(error) ?? (inHandshake ? 'tls' : 'connect')
  const where = errorClass === 'tls' ? `TLS with ${target.host} failed` : `could not connect to ${target.host}`
  return new ConnectError(errorClass, `${where}: ${error.message || error.code || 'unknown error'}`, { cause: thrown })
}

/**
 * A name with several addresses fails with one error for each; that something refused says more than that this machine
 * has no route for the other kind of address.
 */
function mostTelling(thrown: unknown): NodeJS.ErrnoException {
  const errors: readonly unknown[] = thrown instanceof AggregateError ? thrown.errors : [thrown]
  const all = errors.map((error): NodeJS.ErrnoException => (error instanceof Error ? error : new Error(String(error))))
  return all.find(({ code }) => code === 'ECONNREFUSED') ?? all[0] ?? new Error('unknown error')
}

/** Given up by whoever asked: because it took too long, or because the run stops. */
export function abandoned(target: Pick<URL, 'host'>, signal: AbortSignal): ConnectError {
  const reason: unknown = signal.reason
  if (reason instanceof ConnectError) return reason
  const late = reason instanceof Error && reason.name === 'TimeoutError'
  const message = late ? `connecting to ${target.host} took too long` : `connecting to ${target.host} was given up`
  return new ConnectError(late ? 'timeout' : 'cancelled', message, { cause: reason })
}
