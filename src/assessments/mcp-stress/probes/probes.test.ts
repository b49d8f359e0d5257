import { describe, expect, test } from 'vitest'
import { startFixture } from '../../../../fixtures/index.ts'
import type { WrittenPlan } from '../../../plan/load-plan.ts'
import { startMerged } from '../../../run/index.ts'
import { discoverCalls } from '../mcp-calls.ts'
import { runProbes } from './index.ts'
import { callsFrom } from './probe.ts'
import { Prober } from './prober.ts'

/** The probe that must find each injected fault. */
const PROBE_BY_FAULT = {
  'equal-ids': 'equal ids of two clients are kept apart',
  misroute: 'replies reach the client that asked',
  block: 'fast calls overtake slow ones',
  'cold-hang': 'many clients can connect at the same time',
  'idle-stream': 'an idle stream stays open or can be reopened',
  leak: 'ended sessions release their memory',
  crash: 'clients may disconnect during a call',
  poison: 'broken connections do not outlive their request',
} as const

async function failing(fault?: keyof typeof PROBE_BY_FAULT): Promise<readonly string[]> {
  await using server = await startFixture('mcp', fault === undefined ? {} : { fault })
  const prober = new Prober({ url: new URL(server.url), stdio: undefined, headers: {}, pids: [server.pid] })
  const calls = await discoverCalls(prober, {})
  const load = (plan: WrittenPlan) => startMerged({ target: server.url, monitor: 'off', ...plan }).result
  const findings = await runProbes({
    prober,
    load,
    idleMs: 800,
    equalIds: true,
    slowCall: calls.slowCall,
    ...callsFrom(calls.call),
  })
  // Where replies are confused anyway, equal ids cannot be judged.
  const silent = findings.filter(({ verdict }) => verdict === 'not-applicable').map(({ name }) => name)
  expect(silent).toEqual(fault === 'misroute' ? [PROBE_BY_FAULT['equal-ids']] : [])
  return findings
    .filter(({ verdict }) => verdict !== 'pass' && verdict !== 'not-applicable')
    .map(({ name, evidence }) => `${name}: ${evidence}`)
}

describe.concurrent('probes of an MCP server', () => {
  test('find nothing in a healthy server', async () => {
    expect(await failing()).toEqual([])
  })

  test.each(Object.entries(PROBE_BY_FAULT))('only the matching probe finds %s', async (fault, probe) => {
    const found = await failing(fault as keyof typeof PROBE_BY_FAULT)
    // A crashed server does not answer later probes.
    const relevant = fault === 'crash' ? found.slice(0, 1) : found
    expect(relevant).toHaveLength(1)
    expect(relevant[0]).toContain(`${probe}: `)
  })
})
