import { WebSocketServer } from 'ws'

/**
 * `/echo` returns every message. `/prices` answers `{ "id": 1, "symbol": "ABC" }` with a price, and pushes a message
 * without an id every 100 ms.
 */
const server = new WebSocketServer({ host: '127.0.0.1', port: Number(process.env['PORT']) })

server.on('connection', (socket, { url }) => {
  if (url === '/echo') {
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
    return
  }
  const news = setInterval(() => socket.send(JSON.stringify({ type: 'news' })), 100)
  socket.on('close', () => clearInterval(news))
  socket.on('message', (data) => {
    const { id, symbol } = JSON.parse((data as Buffer).toString())
    socket.send(JSON.stringify({ id, symbol, price: 100 + symbol.length }))
  })
})
