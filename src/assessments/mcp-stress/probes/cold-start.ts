import type { Probe } from './probe.ts'

const CLIENTS = 40
/** Number of clients over pipes, where each is a process. */
const PROCESSES = 4

/** Simultaneous first calls of many clients, which some servers never answer. Distinguishes a hang from an error. */
export const coldStart: Probe = {
  name: 'many clients can connect at the same time',
  judgesCalls: true,
  peakRps: 160,
  harm: 'many-clients',
  async run({ prober, call }) {
    const clients = prober.stdio === undefined ? CLIENTS : PROCESSES
    const called = await Promise.all(Array.from({ length: clients }, () => prober.once(call, { leaveOpen: true })))
    const hung = called.filter(({ outcome }) => outcome === 'hung').length
    const failed = called.filter(({ outcome }) => outcome === 'error')
    const counts = `of ${clients} simultaneous first calls, ${clients - hung - failed.length} were answered, ${hung} hung, ${failed.length} failed`
    const [first] = failed
    const evidence = first === undefined ? counts : `${counts} (${first.message})`
    return { verdict: hung + failed.length === 0 ? 'pass' : 'fail', evidence }
  },
}
