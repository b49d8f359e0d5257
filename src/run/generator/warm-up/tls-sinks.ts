import { generateKeyPairSync, sign } from 'node:crypto'
import { createSecureServer } from 'node:http2'
import { createServer } from 'node:tls'
import { listening, type Respond, serveHttp, type Sink } from './sinks.ts'

/** DER tags that a certificate uses (ITU-T X.690). */
const TAG = { integer: 0x02, bitString: 0x03, oid: 0x06, utf8: 0x0c, utcTime: 0x17, sequence: 0x30, set: 0x31 } as const

/** ecdsa-with-SHA256 (1.2.840.10045.4.3.2) and commonName (2.5.4.3). */
const ECDSA_SHA256 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]
const COMMON_NAME = [0x55, 0x04, 0x03]

/** Opens a server for HTTP/1.1 over TLS. */
export function openHttpsSink(respond: Respond): Promise<Sink> {
  const server = createServer({ ...selfSigned(), ALPNProtocols: ['http/1.1'] }, (socket) => {
    socket.setNoDelay(true)
    socket.setEncoding('latin1')
    socket.on('data', serveHttp(socket, respond))
    socket.on('error', () => socket.destroy())
  })
  return listening(server)
}

/** Opens a server for HTTP/2 over TLS. It answers every request with `body`. */
export function openHttp2Sink(body: string): Promise<Sink> {
  const server = createSecureServer(selfSigned())
  server.on('session', (session) => session.on('error', () => session.destroy()))
  server.on('stream', (stream) => {
    stream.on('error', () => stream.destroy())
    stream.resume()
    stream.on('end', () => {
      // The client may have reset the stream, or closed the session, after its request.
      if (stream.destroyed || stream.closed) return
      stream.respond({ ':status': 200, 'content-type': 'application/json' })
      stream.end(body)
    })
  })
  return listening(server)
}

/**
 * Makes a self-signed certificate (RFC 5280, version 1) for a sink of this process, so that no key is part of the
 * package. A client must not verify it.
 */
function selfSigned(): { readonly cert: string; readonly key: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = der(TAG.sequence, der(TAG.oid, ECDSA_SHA256))
  const commonName = der(TAG.sequence, der(TAG.oid, COMMON_NAME), der(TAG.utf8, Buffer.from('sink')))
  const name = der(TAG.sequence, der(TAG.set, commonName))
  const times = ['200101000000Z', '491231235959Z'].map((time) => der(TAG.utcTime, Buffer.from(time)))
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const signed = der(TAG.sequence, der(TAG.integer, [1]), algorithm, name, der(TAG.sequence, ...times), name, spki)
  const signature = der(TAG.bitString, [0], sign('sha256', signed, privateKey))
  const certificate = der(TAG.sequence, signed, algorithm, signature).toString('base64')
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${certificate.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

/** One DER element: its tag, its length, and its contents. */
function der(tag: number, ...contents: readonly (Uint8Array | readonly number[])[]): Buffer {
  const body = Buffer.concat(contents.map((part) => Uint8Array.from(part)))
  const { length } = body
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Uint8Array.from([tag, ...size]), body])
}
