import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { priceCart } from './cart.js'

const server = createServer(async (_request, response) => {
  await sleep(7) // a query of the database
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(priceCart()))
})

server.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('ready'))
