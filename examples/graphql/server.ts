import { createServer } from 'node:http'

const products = new Map([['1', { id: '1', name: 'tea' }]])

/**
 * Answers `POST /graphql` in the format of GraphQL, but reads only the variable `id` of the query. Like most GraphQL
 * servers, it reports an error with status 200.
 */
const server = createServer(async (request, response) => {
  if (request.method !== 'POST') return void response.writeHead(405).end()
  let body = ''
  for await (const chunk of request) body += chunk
  const { id } = JSON.parse(body).variables
  const product = products.get(id)
  const errors = [{ message: `no product ${id}` }]
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(product === undefined ? { data: null, errors } : { data: { product } }))
})

server.listen(Number(process.env['PORT']), '127.0.0.1')
