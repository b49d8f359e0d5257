import { ConnectError } from '../../model/connect-error.ts'
import type { ErrorClass } from '../../model/protocol.ts'
import { wordValue } from '../../model/errors.ts'
import { abandoned } from '../sockets/connect-error.ts'
import { ChannelLost } from './channel.ts'
import { CLIENT_INFO } from './client.ts'
import type { Dialogue } from './dialogue.ts'
import { isObject, wordError } from './json-rpc.ts'
import type { JsonObject } from './json-rpc.ts'
import { knownVersion, LEGACY_VERSIONS } from './versions.ts'
import type { McpVersion } from './versions.ts'

const HANDSHAKE = {}

/** A call that finds out how to speak failed below JSON-RPC. */
export class CallFailed extends ConnectError {
  /** Of HTTP. */
  readonly status: number | undefined

  constructor(errorClass: ErrorClass, message: string, status?: number) {
    super(errorClass, message)
    this.name = 'CallFailed'
    this.status = status
  }
}

/**
 * Sends a request and gives its reply, be it a result or an error. Rejects with `CallFailed`, or with a `ConnectError`
 * when `signal` aborts, after which the reply is not waited for.
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
        reject(new CallFailed(errorClass, `${place} failed at ${method}: ${message}`, status)),
      progressed: () => {},
    },
  )
  return promise.finally(() => signal.removeEventListener('abort', onAbort))
}

/** Rejects with why the connection has ended, before anything was asked on it. */
async function tooLate(dialogue: Dialogue, place: string, method: string): Promise<never> {
  const reason = await dialogue.closed
  const errorClass = reason instanceof ChannelLost ? reason.errorClass : 'connection'
  throw new CallFailed(
    errorClass,
    `${place} failed at ${method}: ${reason?.message ?? 'the server closed the connection'}`,
  )
}

/**
 * The handshake of the legacy era: `initialize` offers a version, the server takes it or names another, and
 * `notifications/initialized` ends it. Gives the version that is spoken; rejects with a `ConnectError`.
 */
export async function shakeHands(
  dialogue: Dialogue,
  place: string,
  signal: AbortSignal,
  offered: McpVersion,
): Promise<McpVersion> {
  const params = { protocolVersion: offered, capabilities: {}, clientInfo: CLIENT_INFO }
  const { result, error } = await call(dialogue, place, signal, 'initialize', params)
  if (!isObject(result)) throw new ConnectError('jsonrpc', `${place} refused initialize: ${wordError(error)}`)
  const named = result['protocolVersion']
  const version = knownVersion(named)
  if (version === undefined || !LEGACY_VERSIONS.some((legacy) => legacy === version)) {
    const spoken = LEGACY_VERSIONS.join(', ')
    throw new ConnectError(
      'protocol',
      `${place} speaks MCP ${wordValue(named)}, and after a handshake we speak ${spoken}`,
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
