import { createServer } from 'node:http'

/** Carts by the token of their user. */
const carts = new Map<string, string[]>()

/** `POST /login` returns a token; `POST /cart` adds an item and `GET /cart` lists them, both with the token. */
const server = createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request) body += chunk
  const reply = (status: number, value: unknown) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  if (request.url === '/login') {
    const { email, password } = JSON.parse(body)
    if (password !== `secret-of-${email}`) return reply(401, { error: 'wrong password' })
    const token = crypto.randomUUID()
    carts.set(token, [])
    return reply(200, { token })
  }
  const cart = carts.get(request.headers.authorization?.replace('Bearer ', '') ?? '')
  if (cart === undefined) return reply(401, { error: 'log in first' })
  if (request.method === 'POST') cart.push(JSON.parse(body).item)
  return reply(200, { cart })
})

server.listen(Number(process.env['PORT']), '127.0.0.1')
