import { realDelay } from '../../../model/real-time.ts'
import type { Probe } from './probe.ts'

const CLIENTS = 6
const CALLS_AFTERWARDS = 5

/** Clients that disconnect during a call, which crashes some servers. */
export const clientLeaves: Probe = {
  name: 'clients may disconnect during a call',
  judgesCalls: true,
  peakRps: 30,
  harm: 'lost-clients',
  async run({ prober, call, slowCall }) {
    const request = slowCall?.(1_000) ?? call
    const clients = prober.stdio === undefined ? CLIENTS : 2
    const connections = await Promise.all(Array.from({ length: clients }, () => prober.connect()))
    for (const connection of connections) void prober.call(connection, request)
    // By now, the calls have arrived.
    await realDelay(200)
    for (const connection of connections) connection.destroy()
    await Promise.all(connections.map(({ closed }) => closed))
    await realDelay(100)
    const [failed] = await prober.failuresOf({ method: 'tools/list' }, CALLS_AFTERWARDS)
    const left = `${clients} clients disconnected during ${slowCall === undefined ? 'a call' : 'a slow call'}`
    if (failed !== undefined)
      return { verdict: 'fail', evidence: `${left}; then the server did not answer: ${failed.message}` }
    return { verdict: 'pass', evidence: `${left}; the server answered all of ${CALLS_AFTERWARDS} later calls` }
  },
}
