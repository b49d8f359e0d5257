import { describe, expect, test } from 'vitest'
import { rampUp } from '../traffic/patterns/index.ts'
import { PlanScope } from './plan-scope.ts'

async function urlOf(target: unknown): Promise<unknown> {
  return typeof target === 'function' ? ((await target()) as unknown) : target
}

describe('plans of nested groups', () => {
  const outer = new PlanScope({ target: 'http://127.0.0.1:1', rate: 5, sla: { p50Ms: 1, p99Ms: 9 } })

  test('an inner key replaces the whole outer key', () => {
    const inner = new PlanScope({ rate: 50, sla: { p99Ms: 8 } }, outer)
    expect(inner.planOf({})).toEqual({
      target: 'http://127.0.0.1:1',
      rate: 50,
      sla: { p99Ms: 8 },
    })
  })

  test('a group and a test replace what contradicts them, of every group around', () => {
    const inner = new PlanScope({ pattern: rampUp({ to: 200 }), duration: '30s' }, outer)
    expect(inner.declared({})).not.toHaveProperty('rate')
    expect(inner.declared({ concurrency: 10 })).toEqual({
      target: 'http://127.0.0.1:1',
      sla: { p50Ms: 1, p99Ms: 9 },
      duration: '30s',
      concurrency: 10,
    })
  })

  test.each([undefined, null, 'http://127.0.0.1:1'])('rejects %j instead of a plan', (plan) => {
    expect(() => outer.planOf(plan as never)).toThrow(
      expect.objectContaining({
        code: 'ERR_LOAD_PLAN',
        message: expect.stringMatching(/^plan must be an object.*\n    → write load\(\{\}\)/) as string,
      }),
    )
  })

  test('the target of a group takes precedence over inherited ones', () => {
    expect(new PlanScope({ target: 'http://127.0.0.1:2' }, outer).planOf({}).target).toBe('http://127.0.0.1:2')
  })

  test('a target function is called once for its group and all inner groups, when the first test needs it', async () => {
    let asked = 0
    const group = new PlanScope({ target: async () => `http://127.0.0.1:${++asked}` })
    const inside = new PlanScope({ rate: 5 }, group)
    const [first, second] = [inside.planOf({}).target, group.planOf({}).target]
    expect(asked).toBe(0)
    expect(await urlOf(first)).toBe('http://127.0.0.1:1')
    expect(await urlOf(second)).toBe('http://127.0.0.1:1')
    await group.close()
    expect(await urlOf(group.planOf({}).target)).toBe('http://127.0.0.1:2')
  })
})
