import { once } from 'node:events'
import { connect } from 'node:net'
import { realDelay } from '../../../model/real-time.ts'
import type { Probe } from './probe.ts'
import { notApplicable } from './probe.ts'

const KILLED = 10
const CALLS_AFTERWARDS = 20

/** Connections that are reset during a request, after which some pools reuse broken connections. */
export const afterFailure: Probe = {
  name: 'broken connections do not outlive their request',
  judgesCalls: true,
  peakRps: 30,
  harm: 'broken-requests',
  async run({ prober, call }) {
    const { url } = prober
    if (url.protocol !== 'mcp+http:' && url.protocol !== 'mcp+tcp:') {
      return notApplicable('only plain HTTP and TCP connections can be reset during a message')
    }
    const head =
      url.protocol === 'mcp+http:'
        ? `POST ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n`
        : ''
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const port = Number(url.port === '' ? 80 : url.port)
    for (let i = 0; i < KILLED; i++) {
      const socket = connect(port, host)
      // The server may reset the connection first.
      socket.on('error', () => {})
      await once(socket, 'connect')
      socket.write(`${head}{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"na`)
      await realDelay(10)
      socket.resetAndDestroy()
    }
    await realDelay(100)
    const failed = await prober.failuresOf(call, CALLS_AFTERWARDS)
    const [first] = failed
    const killed = `${KILLED} connections were reset during a request`
    if (first !== undefined) {
      return {
        verdict: 'fail',
        evidence: `${killed}; then ${failed.length} of ${CALLS_AFTERWARDS} calls failed: ${first.message}`,
      }
    }
    return { verdict: 'pass', evidence: `${killed}; all of ${CALLS_AFTERWARDS} later calls were answered` }
  },
}
