import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { CustomProtocol } from 'describe-load'

/** One datagram as request, one as response, one exchange at a time. */
const udp: CustomProtocol<{ readonly text: string }> = {
  name: 'udp',
  async connect({ hostname, port }, { signal }) {
    const socket = createSocket('udp4')
    socket.connect(Number(port), hostname)
    await once(socket, 'connect', { signal })
    return {
      exchange({ payload, signal: givenUp }, { onDone }) {
        socket.once('message', ({ length }) => onDone({ ok: true, bytesReceived: length }))
        givenUp.addEventListener('abort', () => socket.removeAllListeners('message'))
        socket.send(payload.text)
      },
      close: () => socket.close(),
    }
  },
}

export default udp
