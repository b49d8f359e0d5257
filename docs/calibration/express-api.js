/**
 * An API made with Express, in a process of its own: a read, a write, a batch and a stream. It counts requests by method
 * and path, and reports the counts over IPC. It is JavaScript because Express has no types.
 */
import { setTimeout as delay } from 'node:timers/promises'
import express from 'express'

const counts = new Map()
const app = express()
app.use((request, _response, next) => {
  const key = `${request.method} ${request.path}`
  counts.set(key, (counts.get(key) ?? 0) + 1)
  next()
})
app.use(express.text({ type: () => true, limit: '200mb' }))
app.get('/items', (_request, response) => response.json({ items: [] }))
app.post('/items', (_request, response) => response.status(201).json({ id: 1 }))
app.post('/items/batch', (_request, response) => response.status(207).json({ created: 10 }))
app.get('/events', async (_request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (let event = 0; event < 5; event++) {
    response.write(`data: ${event}\n\n`)
    await delay(1)
  }
  response.end()
})
const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
process.on('message', () => process.send({ counts: Object.fromEntries(counts) }))
process.on('disconnect', () => process.exit())
