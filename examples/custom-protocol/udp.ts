import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { CustomProtocol } from 'describe-load'

/** Datagrams. Each carries the number of its request, by which a late response is recognised. */
const udp: CustomProtocol<{ readonly text: string }> = {
  name: 'udp',
  async connect({ hostname, port }, { signal: tooLate }) {
    const socket = createSocket('udp4')
    socket.connect(Number(port), hostname)
    await once(socket, 'connect', { signal: tooLate })
    const { promise: closed, resolve: onClosed } = Promise.withResolvers<Error | undefined>()
    socket.on('error', onClosed) // ECONNREFUSED: no process listens on the port
    return {
      closed,
      exchange({ requestId, payload, signal }, { onDone }) {
        const onMessage = (message: Buffer) => {
          if (!message.toString().startsWith(`${requestId} `)) return
          socket.off('message', onMessage)
          onDone({ ok: true, bytesReceived: message.length })
        }
        socket.on('message', onMessage)
        signal.addEventListener('abort', () => socket.off('message', onMessage))
        socket.send(`${requestId} ${payload.text}`)
      },
      close: () => socket.close(),
    }
  },
}

export default udp
