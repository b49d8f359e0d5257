import { expect, it } from 'vitest'
import { startFixture } from '../../../fixtures/index.ts'
import type { LimitsFindings } from '../../model/limits-findings.ts'
import type { WrittenPlan } from '../../plan/load-plan.ts'
import { startMerged, type LoadRun } from '../../run/index.ts'
import { searchLimit, type LimitSearch } from './limit-loop.ts'

const slo = { p99Ms: 250, errorRate: 0.01 }
const calm = { slo, maxRps: 30, maxConnections: 10, signal: new AbortController().signal, onFindings: () => {} }

it(
  'reports its findings after each trial, and continues with the same seed once the target has recovered',
  { timeout: 40_000 },
  async () => {
    // 5 req/s, far below the first step.
    await using fixture = await startFixture('capacity', { servers: 1, serviceMs: 200, keepsAbandoned: true })
    const plans: WrittenPlan[] = []
    const reported: LimitsFindings[] = []
    let waiting = Number.NaN
    const probes: WrittenPlan[] = []
    const start: LimitSearch['startLoad'] = async (plan, { record = true } = {}) => {
      if (!record) {
        probes.push(plan)
        return startMerged(plan)
      }
      plans.push(plan)
      if (plans.length === 1) return startMerged(plan)
      const load = await fixture.control.load()
      waiting = load.waiting
      throw new Error('seen enough')
    }
    const search = searchLimit({
      ...calm,
      plan: { target: fixture.url, connection: 'pooled' },
      startLoad: start,
      onFindings: (findings) => reported.push(findings),
    })
    await expect(search).rejects.toThrow('seen enough')
    expect(plans).toMatchObject([{ rate: 30 }, { concurrency: 10, connection: 'pooled', seed: expect.any(String) }])
    expect(reported.map(({ trials }) => trials)).toMatchObject([[{ purpose: 'step', rate: 30, verdict: 'fail' }]])
    expect(waiting).toBe(0)
    expect(probes[0]).toMatchObject({ concurrency: 1, connection: 'pooled', requestTimeout: 1_000 })
  },
)

it('rejects immediately when no server responds at the target', async () => {
  const search = searchLimit({
    ...calm,
    plan: { target: 'http://127.0.0.1:9' },
    startLoad: async (plan) => startMerged(plan),
  })
  await expect(search).rejects.toMatchObject({ code: 'ERR_LOAD_TARGET_UNREACHABLE' })
})

it('stops the probe of a cool-down and the search when it is aborted', { timeout: 40_000 }, async () => {
  await using fixture = await startFixture('capacity', { servers: 1, serviceMs: 200, keepsAbandoned: true })
  const end = new AbortController()
  const probes: LoadRun[] = []
  const start: LimitSearch['startLoad'] = async (plan, { record = true } = {}) => {
    const run = startMerged(plan)
    if (!record) {
      probes.push(run)
      end.abort(new Error('time is up'))
    }
    return run
  }
  const search = searchLimit({ ...calm, plan: { target: fixture.url }, startLoad: start, signal: end.signal })
  await expect(search).rejects.toMatchObject({ name: 'AbortError' })
  expect(probes).toHaveLength(1)
  expect(await probes[0]?.result).toMatchObject({ ended: 'interrupted' })
})
