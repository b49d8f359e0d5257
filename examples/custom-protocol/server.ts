import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { once } from 'node:events'

/** Starts a server that answers every datagram with the same text in capital letters. */
export async function startServer(): Promise<Socket> {
  const socket = createSocket('udp4')
  socket.on('message', (message, { port, address }) => socket.send(message.toString().toUpperCase(), port, address))
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return socket
}
