import { describe, expect, test } from 'vitest'
import { startFixture } from '../../../../fixtures/index.ts'
import type { ProbeFinding } from '../../../model/mcp-stress-findings.ts'
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
  'unknown-id': 'replies carry the id of their call',
} as const

async function probed(fault?: keyof typeof PROBE_BY_FAULT): Promise<readonly ProbeFinding[]> {
  await using server = await startFixture('mcp', fault === undefined ? {} : { fault })
  const prober = new Prober({ url: new URL(server.url), stdio: undefined, headers: {}, tls: {}, pids: [server.pid] })
  const calls = await discoverCalls(prober, {})
  const load = (plan: WrittenPlan) => startMerged({ target: server.url, monitor: 'off', ...plan }).result
  return await runProbes({
    prober,
    load,
    idleMs: 800,
    maxRps: undefined,
    equalIds: true,
    slowCall: calls.slowCall,
    ...callsFrom(calls.call),
  })
}

describe.concurrent('probes of an MCP server', () => {
  test('find nothing in a healthy server', async () => {
    const findings = await probed()
    expect(findings.filter(({ verdict }) => verdict !== 'pass')).toEqual([])
  })

  test.each(Object.entries(PROBE_BY_FAULT))('only the matching probe finds %s', async (fault, probe) => {
    const findings = await probed(fault as keyof typeof PROBE_BY_FAULT)
    expect(findings.filter(({ verdict }) => verdict === 'fail').map(({ name }) => name)).toEqual([probe])
    const rest = findings.filter(({ verdict }) => verdict !== 'fail' && verdict !== 'pass')
    switch (fault) {
      // Where replies are confused anyway, equal ids cannot be judged.
      case 'misroute':
        expect(rest).toMatchObject([{ name: PROBE_BY_FAULT['equal-ids'], verdict: 'not-applicable' }])
        break
      // A server that is gone, or that fails some calls anyway, cannot be probed for anything else.
      case 'crash':
      case 'unknown-id':
        expect(rest.length).toBeGreaterThan(0)
        for (const { verdict, evidence } of rest) {
          expect([verdict, evidence]).toEqual(['invalid', expect.stringMatching(/^calls failed before the probe: /)])
        }
        break
      default:
        expect(rest).toEqual([])
    }
  })
})
