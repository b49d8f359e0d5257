import { ConnectError, mistakeOfStatus } from '../../model/connect-error.ts'
import type { ErrorClass } from '../../model/error-class.ts'
import { formatValue } from '../../model/errors.ts'
import { abandoned } from '../sockets/connect-error.ts'
import { ChannelLost } from './channel.ts'
import { CLIENT_INFO } from './client.ts'
import type { Dialogue } from './dialogue.ts'
import { isObject, formatError } from './json-rpc.ts'
import type { JsonObject } from './json-rpc.ts'
import { knownVersion, LEGACY_VERSIONS } from './versions.ts'
import type { McpVersion } from './versions.ts'

const HANDSHAKE = {}

/** A call during negotiation or the handshake failed below JSON-RPC. */
export class CallFailed extends ConnectError {
  /** HTTP status. */
  readonly status: number | undefined

  constructor(errorClass: ErrorClass, message: string, status?: number) {
    super(errorClass, message, { mistake: mistakeOfStatus(status) })
    this.name = 'CallFailed'
    this.status = status
  }
}

/**
 * Sends a request and resolves with its reply, which may be a result or an error. Rejects with `CallFailed`. When
 * `signal` aborts, it stops waiting and rejects with a `ConnectError`.
 */
export function call(
  dialogue: Dialogue,
  place: string,
  signal: AbortSignal,
  method: string,
  params: JsonObject,
): Promise<JsonObject> {
  const { promise, resolve, reject } = Promise.withResolvers<JsonObject>()
  if (signal.aborted) return Promise.reject(abandoned({ host: place }, signal))
  if (!dialogue.usable) return tooLate(dialogue, place, method)
  const id = dialogue.ownId()
  const onAbort = (): void => {
    dialogue.forget(id)
    reject(abandoned({ host: place }, signal))
  }
  signal.addEventListener('abort', onAbort)
  const text = JSON.stringify({ jsonrpc: '2.0', id, method, params })
  dialogue.ask(
    { id, method, name: undefined, text, source: HANDSHAKE },
    {
      replied: resolve,
      failed: ({ errorClass, message, status }) =>
        reject(new CallFailed(errorClass, `${method} to ${place} failed: ${message}`, status)),
      progressed: () => {},
    },
  )
  return promise.finally(() => signal.removeEventListener('abort', onAbort))
}

/** Adds to a failure of a handshake what the server printed instead of messages. */
export function withNote(error: unknown, { strayNote, channel }: Dialogue): unknown {
  if (!(error instanceof ConnectError)) return error
  error.message += strayNote
  // The message about a server that ended quotes it already.
  if (error.errorClass === 'timeout') error.message += channel.printed?.() ?? ''
  return error
}

/** Rejects with the reason why the connection ended before the request was sent. */
async function tooLate(dialogue: Dialogue, place: string, method: string): Promise<never> {
  const reason = await dialogue.closed
  const errorClass = reason instanceof ChannelLost ? reason.errorClass : 'connection'
  throw new CallFailed(
    errorClass,
    `${method} to ${place} failed: ${reason?.message ?? 'the server closed the connection'}`,
  )
}

/**
 * Performs the handshake of the legacy era: `initialize` offers a version, the server accepts it or selects another
 * one, and `notifications/initialized` ends the handshake. Resolves with the negotiated version. Rejects with a
 * `ConnectError`.
 */
export async function shakeHands(
  dialogue: Dialogue,
  place: string,
  signal: AbortSignal,
  offered: McpVersion,
): Promise<McpVersion> {
  const params = { protocolVersion: offered, capabilities: {}, clientInfo: CLIENT_INFO }
  const { result, error } = await call(dialogue, place, signal, 'initialize', params)
  if (!isObject(result)) throw new ConnectError('jsonrpc', `${place} rejected initialize: ${formatError(error)}`)
  const named = result['protocolVersion']
  const version = knownVersion(named)
  if (version === undefined || !LEGACY_VERSIONS.some((legacy) => legacy === version)) {
    const spoken = LEGACY_VERSIONS.join(', ')
    throw new ConnectError(
      'protocol',
      `${place} selected MCP ${formatValue(named)}, but the handshake supports ${spoken}`,
    )
  }
  const method = 'notifications/initialized'
  const text = JSON.stringify({ jsonrpc: '2.0', method })
  const initialized = { id: undefined, method, name: undefined, text, source: HANDSHAKE }
  await unlessAborted(dialogue.channel.establish(version, initialized), place, signal)
  return version
}

/** Rejects with a `ConnectError` when `signal` aborts first. */
async function unlessAborted(done: Promise<void>, place: string, signal: AbortSignal): Promise<void> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(abandoned({ host: place }, signal))
  signal.addEventListener('abort', onAbort)
  if (signal.aborted) onAbort()
  try {
    await Promise.race([done, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
