import { once } from 'node:events'
import type { Ms } from '../../model/units.ts'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/**
 * A loopback relay between a generator and its target whose connections can be cut. It works for every protocol over
 * TCP.
 */
export interface Relay {
  /** URL of the target through the relay. */
  readonly url: URL
  /** Resolves when the target has answered for the first time. */
  readonly answered: Promise<void>
  /**
   * Resets every connection, as a network failure does. Resolves with the time until the target answers on a new
   * connection, including the handshake; null if it does not before the next cut or the end.
   */
  cut(): Promise<Ms | null>
  close(): Promise<void>
}

/** Relays to the host and port of `target`. Over TLS, the certificate must be valid for loopback too. */
export async function startRelay(target: URL, port: number): Promise<Relay> {
  const sockets = new Set<Socket>()
  const answered = Promise.withResolvers<void>()
  let cutMs = 0
  let back = (_ms: Ms | null): void => {}
  const keep = (socket: Socket, other: Socket): void => {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => other.destroy())
    socket.on('close', () => {
      sockets.delete(socket)
      other.destroy()
    })
  }
  const host = target.hostname.replace(/^\[|\]$/g, '')
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect(port, host)
    keep(near, far)
    keep(far, near)
    near.pipe(far)
    far.pipe(near)
    far.once('data', () => {
      answered.resolve()
      back(performance.now() - cutMs)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(target)
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as AddressInfo).port)
  const cut = (): Promise<Ms | null> => {
    back(null)
    const { promise, resolve } = Promise.withResolvers<Ms | null>()
    for (const socket of sockets) socket.resetAndDestroy()
    cutMs = performance.now()
    back = resolve
    return promise
  }
  return {
    url,
    answered: answered.promise,
    cut,
    async close() {
      void cut()
      back(null)
      const closed = once(server, 'close')
      server.close()
      await closed
    },
  }
}
