import { createServer } from 'node:http'

const orders: unknown[] = [{ item: 'tea' }]

/** `GET /orders/1` returns an order, `POST /orders` adds one. */
const server = createServer(async (request, response) => {
  response.setHeader('content-type', 'application/json')
  if (request.method === 'POST') {
    let body = ''
    for await (const chunk of request) body += chunk
    orders.push(JSON.parse(body))
    response.writeHead(201).end(JSON.stringify({ id: orders.length }))
    return
  }
  const order = orders[Number(request.url?.split('/')[2]) - 1]
  response.writeHead(order === undefined ? 404 : 200).end(JSON.stringify(order ?? { error: 'no such order' }))
})

server.listen(Number(process.env['PORT']), '127.0.0.1')
