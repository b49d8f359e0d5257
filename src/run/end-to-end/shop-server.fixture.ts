import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

interface Session {
  readonly user: string
  readonly cookie: string
}

export interface ShopServer {
  readonly url: string
  /** Number of accepted requests, by path. */
  readonly accepted: Record<string, number>
  /** Reasons why requests were rejected. */
  readonly rejected: string[]
  /** Users in the order of their logins. */
  readonly users: string[]
}

export interface ShopOptions {
  /** Whether the cart of this user is unavailable. */
  readonly refuses?: (user: string) => boolean
}

/**
 * Starts a shop as a Node HTTP server. Each login gets a unique token and cookie. Requests must send both together with
 * their user, and the logout invalidates them. Stops when the test ends.
 */
export async function shopServer({ refuses = () => false }: ShopOptions = {}): Promise<ShopServer> {
  const accepted: Record<string, number> = {}
  const rejected: string[] = []
  const users: string[] = []
  const sessions = new Map<string, Session>()

  function answerTo({ url = '', headers }: IncomingMessage, body: string): readonly [number, string, string?] {
    if (url === '/login') {
      const { user } = JSON.parse(body) as { user: string }
      const [token, cookie] = [randomUUID(), randomUUID()]
      sessions.set(token, { user, cookie })
      users.push(user)
      return [200, JSON.stringify({ token }), `session=${cookie}; Path=/; HttpOnly`]
    }
    const token = String(headers.authorization).replace('Bearer ', '')
    const session = sessions.get(token)
    if (session === undefined) return [401, 'unknown token']
    if (session.user !== headers['x-user'])
      return [403, `the token of ${session.user} came from ${String(headers['x-user'])}`]
    if (headers.cookie !== `session=${session.cookie}`) return [403, `the cookie was ${String(headers.cookie)}`]
    if (url === '/cart' && refuses(session.user)) return [503, 'no cart']
    if (url === '/logout') sessions.delete(token)
    return [200, 'ok']
  }

  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (text: string) => (body += text))
    request.on('end', () => {
      const { url = '' } = request
      const [status, text, cookie] = answerTo(request, body)
      if (status === 200) accepted[url] = (accepted[url] ?? 0) + 1
      else rejected.push(`${url}: ${text}`)
      response.writeHead(status, cookie === undefined ? {} : { 'set-cookie': cookie })
      response.end(text)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, accepted, rejected, users }
}
