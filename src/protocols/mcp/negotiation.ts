import { ConnectError } from '../../model/connect-error.ts'
import { formatValue } from '../../model/errors.ts'
import type { ConnectContext } from '../../model/protocol.ts'
import { realTime } from '../../model/real-time.ts'
import type { Negotiated } from './channel.ts'
import { channelTo, overHttp, placeOf } from './channels.ts'
import { clientMeta } from './client.ts'
import { Dialogue } from './dialogue.ts'
import { call, CallFailed, shakeHands, withNote } from './handshake.ts'
import { isObject } from './json-rpc.ts'
import { listMirrored } from './mirrored-parameters.ts'
import type { McpOptions } from './options.ts'
import { eraOf, LEGACY_VERSIONS, MCP_VERSIONS, MODERN_VERSIONS } from './versions.ts'
import type { McpVersion } from './versions.ts'

/** Time without a reply to `server/discover` after which `initialize` is sent as well. */
const SILENCE_MS = 2_000
/** Errors of the modern era only: a header mismatch, a missing capability, an unsupported version. */
const MODERN_ERRORS: ReadonlySet<unknown> = new Set([-32_020, -32_021, -32_022])

/** Returns the settings for a version that the plan fixes. */
function pinned(target: URL, version: McpVersion): Negotiated {
  return { era: eraOf(version), version, httpSse: overHttp(target) && version === '2024-11-05' }
}

/**
 * Negotiates the version with a server: sends `server/discover`, which only the modern era has, and performs the legacy
 * handshake when the server does not know that method. Rejects with a `ConnectError`.
 */
export async function negotiate(target: URL, context: ConnectContext, options: McpOptions): Promise<Negotiated> {
  const { protocolVersion = 'auto' } = options
  if (!overHttp(target)) {
    return protocolVersion === 'auto' ? negotiateByLines(target, context, options) : pinned(target, protocolVersion)
  }
  const spoken =
    protocolVersion === 'auto' ? await negotiateByStatus(target, context, options) : pinned(target, protocolVersion)
  if (spoken.era === 'legacy') return spoken
  const mirrored = await speaking(target, context, spoken, options, (dialogue) =>
    listMirrored(dialogue, placeOf(target), context.signal, spoken.version),
  )
  return { ...spoken, ...(mirrored !== undefined && { mirrored }) }
}

const MODERN: Negotiated = { era: 'modern', version: MODERN_VERSIONS[0], httpSse: false }
const LEGACY: Negotiated = { era: 'legacy', version: LEGACY_VERSIONS[0], httpSse: false }
const HTTP_SSE: Negotiated = { era: 'legacy', version: '2024-11-05', httpSse: true }
const NEVER = new Promise<never>(() => {})

/** Negotiates over HTTP, where every request gets at least a status. */
async function negotiateByStatus(target: URL, context: ConnectContext, options: McpOptions): Promise<Negotiated> {
  const found = await speaking(target, context, MODERN, options, async (dialogue) => {
    try {
      return await discover(dialogue, target, context)
    } catch (error) {
      // No modern server answers like this. The handshake shows whether it is a working legacy server.
      if (error instanceof CallFailed && error.status !== undefined) return 'legacy'
      throw error
    }
  })
  if (found !== 'legacy') return found
  try {
    return await speaking(target, context, LEGACY, options, (dialogue) => shake(dialogue, target, context))
  } catch (error) {
    // The server may use the older transport, whose event stream names the URL to post messages to.
    if (!(error instanceof CallFailed) || (error.status !== 404 && error.status !== 405)) throw error
    context.log(`${placeOf(target)} does not accept initialize as a POST request: trying the transport of 2024-11-05`)
    try {
      const { version } = await speaking(target, context, HTTP_SSE, options, (dialogue) =>
        shake(dialogue, target, context),
      )
      return { ...HTTP_SSE, version }
    } catch (older) {
      if (!(older instanceof ConnectError)) throw older
      // A wrong path looks like a server that uses the older transport.
      const { errorClass, mistake } = error
      throw new ConnectError(errorClass, `${error.message}; ${older.message}`, { cause: older, mistake })
    }
  }
}

/** Negotiates over lines, where a server may ignore a method that it does not know, or exit. */
async function negotiateByLines(target: URL, context: ConnectContext, options: McpOptions): Promise<Negotiated> {
  try {
    return await speaking(target, context, MODERN, options, async (dialogue) => {
      const discovery = discover(dialogue, target, context)
      const found = await unlessSilent(discovery)
      if (found === 'legacy') return shake(dialogue, target, context)
      if (found !== 'silent') return found
      context.log(`${placeOf(target)} has not answered server/discover for ${SILENCE_MS} ms: trying initialize`)
      // The server may only be slow to start. Then its reply to `server/discover` decides.
      const late = discovery.then((answer) => (answer === 'legacy' ? NEVER : answer))
      return Promise.race([late, shake(dialogue, target, context)])
    })
  } catch (error) {
    // Some servers close the connection on an unknown method. A new connection shows whether they work.
    if (!(error instanceof CallFailed)) throw error
    context.log(`${error.message}; trying initialize on a new connection`)
    return speaking(target, context, LEGACY, options, (dialogue) => shake(dialogue, target, context))
  }
}

/** Opens a temporary connection, and closes it when `about` has resolved. */
async function speaking<T>(
  target: URL,
  context: ConnectContext,
  spoken: Negotiated,
  options: McpOptions,
  about: (dialogue: Dialogue) => Promise<T>,
): Promise<T> {
  const dialogue = await Dialogue.open(await channelTo(target), target, context, spoken, options)
  try {
    const said = await about(dialogue)
    await dialogue.channel.close()
    return said
  } catch (error) {
    throw withNote(error, dialogue)
  } finally {
    dialogue.destroy()
    await dialogue.closed
  }
}

async function unlessSilent<T>(answer: Promise<T>): Promise<T | 'silent'> {
  const { promise, resolve } = Promise.withResolvers<'silent'>()
  const timer = realTime.setTimeout(() => resolve('silent'), SILENCE_MS)
  try {
    return await Promise.race([answer, promise])
  } finally {
    realTime.clearTimeout(timer)
  }
}

async function shake(dialogue: Dialogue, target: URL, context: ConnectContext): Promise<Negotiated> {
  return { ...LEGACY, version: await shakeHands(dialogue, placeOf(target), context.signal, LEGACY.version) }
}

/** Returns the settings that both sides support, preferring the modern era; `legacy` when the handshake decides. */
async function discover(dialogue: Dialogue, target: URL, context: ConnectContext): Promise<Negotiated | 'legacy'> {
  const place = placeOf(target)
  const { result, error } = await call(dialogue, place, context.signal, 'server/discover', {
    _meta: clientMeta(MODERN.version),
  })
  const versions = versionsOf(result, error)
  if (versions === 'legacy' || versions.includes(MODERN.version)) return versions === 'legacy' ? versions : MODERN
  const version = LEGACY_VERSIONS.find((legacy) => versions.includes(legacy))
  if (version !== undefined) return { ...LEGACY, version }
  throw new ConnectError(
    'protocol',
    `${place} supports MCP ${formatVersions(versions)}, but describe-load supports ${MCP_VERSIONS.join(', ')}`,
  )
}

function formatVersions(versions: readonly unknown[]): string {
  return (
    versions
      .slice(0, 10)
      .map((version) => (typeof version === 'string' ? version.slice(0, 40) : formatValue(version)))
      .join(', ') || 'without a version'
  )
}

function versionsOf(result: unknown, error: unknown): readonly unknown[] | 'legacy' {
  if (isObject(result)) return listOf(result['supportedVersions']) ?? 'legacy'
  if (!isObject(error) || !MODERN_ERRORS.has(error['code'])) return 'legacy'
  return listOf(isObject(error['data']) ? error['data']['supported'] : undefined) ?? [MODERN.version]
}

function listOf(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined
}
