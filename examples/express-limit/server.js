import express from 'express'

const app = express()

/** Each response takes 10 ms, and the pool has four clients: 400 requests per second at most. */
const CLIENTS = 4
const QUERY_MS = 10
let free = CLIENTS
const waiting = []

function query(done) {
  if (free === 0) return void waiting.push(done)
  free--
  setTimeout(() => {
    free++
    done()
    if (waiting.length > 0) query(waiting.shift())
  }, QUERY_MS)
}

app.get('/cart', (_request, response) => query(() => response.json({ items: 3 })))

app.listen(Number(process.env.PORT), '127.0.0.1')
