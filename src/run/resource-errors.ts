import { isIPv4 } from 'node:net'
import { LoadResourceError } from '../model/errors.ts'
import type { ErrorClass } from '../model/error-class.ts'
import { classOfConnectError } from '../model/connect-error.ts'

/** Returns an error with a remedy if a resource of this machine was exhausted; undefined for any other error. */
export function resourceError(error: Error): LoadResourceError | undefined {
  const code = 'code' in error ? error.code : undefined
  // When Node reads modules, it wraps the system's error and keeps only its message.
  if (/\bE[MN]FILE\b|too many open files/i.test(error.message)) return connectResourceError('local-files', error)
  const errorClass = classOfConnectError(error)
  // An IPv6 address is not available either on a machine without IPv6.
  const isPort = errorClass !== 'local-ports' || ('address' in error && isIPv4(String(error.address)))
  if (errorClass !== undefined && isPort) return connectResourceError(errorClass, error)
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return new LoadResourceError(
      'ERR_LOAD_MEMORY',
      `a generator thread used up its memory (${error.message})\n` +
        '    → lower messageSize, maxConnections or the rate, or raise the heap (NODE_OPTIONS=--max-old-space-size=4096)',
      { cause: error },
    )
  }
  return undefined
}

/** The same for an error while connecting, whose class is known. */
export function connectResourceError(errorClass: ErrorClass, error: Error): LoadResourceError | undefined {
  if (errorClass === 'local-files') {
    return new LoadResourceError(
      'ERR_LOAD_DESCRIPTORS',
      `no file descriptor was left (${error.message})\n` +
        '    → raise the limit (ulimit -n 4096) or lower maxConnections',
      { cause: error },
    )
  }
  if (errorClass === 'local-ports') {
    return new LoadResourceError(
      'ERR_LOAD_PORTS',
      `this machine had no free local port (${error.message})\n` +
        '    → wait until earlier connections release theirs, use pooled connections, or widen ' +
        'net.ipv4.ip_local_port_range',
      { cause: error },
    )
  }
  return undefined
}
