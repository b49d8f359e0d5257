import { connect } from 'node:tls'
import type { Ms } from '../../model/units.ts'
import { portOf } from '../../protocols/index.ts'

const LIMIT_MS: Ms = 1_000
/** Schemes that also exist with TLS. Those of custom protocols may mean anything. */
const HAS_TLS_FORM = /^(?:(?:mcp\+)?(?:http|ws)|tcp):$/

/**
 * Returns whether the server of a target without TLS completes a TLS handshake. Such a server usually closes a plain
 * connection without a response, which looks like a server that fails. Call it only when nothing has responded.
 */
export async function speaksTls({
  url,
  address,
}: {
  readonly url: URL
  readonly address: string | undefined
}): Promise<boolean> {
  const port = portOf(url)
  if (port === undefined || address === undefined || !HAS_TLS_FORM.test(url.protocol)) return false
  const { promise, resolve } = Promise.withResolvers<boolean>()
  // Nothing is sent over the connection, so its certificate does not matter.
  const socket = connect({ host: address, port, rejectUnauthorized: false, timeout: LIMIT_MS })
  socket.on('secureConnect', () => resolve(true))
  socket.on('error', () => resolve(false))
  socket.on('close', () => resolve(false))
  socket.on('timeout', () => resolve(false))
  return promise.finally(() => socket.destroy())
}
