import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startFixture } from '../../fixtures/index.ts'
import type { Fixture } from '../../fixtures/index.ts'
import type { LoadRecord } from '../model/record.ts'
import { journey } from '../plan/steps.ts'
import { randomWalk } from '../traffic/patterns/index.ts'
import { callSite } from './call-site.ts'
import { LoadSession } from './load-session.ts'
import type { SessionOptions } from './load-session.ts'
import { PlanScope } from './plan-scope.ts'
import { RecordBook, recordVerdict } from './record-book.ts'

let target: Fixture<'plain'>
beforeAll(async () => {
  target = await startFixture('plain', {})
})
afterAll(() => target.stop())

async function requestsSeen(): Promise<number> {
  return (await target.control.counts()).requests
}

/** Opens a session as a host does; `records` lists what it has kept. */
function openSession(change: Partial<SessionOptions>): { session: LoadSession; kept(): LoadRecord } {
  const book = new RecordBook('shop', () => {})
  const session = new LoadSession({
    id: 'shop',
    test: 'shop',
    scope: new PlanScope({ target: target.url, rate: 100, duration: 100 }),
    site: callSite(openSession),
    book,
    signal: new AbortController().signal,
    timeoutMs: undefined,
    facts: { coverage: false },
    onProgress: undefined,
    countAssertions: undefined,
    expectsFailure: false,
    onWarning: () => {},
    onWait: () => {},
    ...change,
  })
  return { session, kept: () => book.record }
}

describe('a session of loads', () => {
  test.for([false, true])('keeps the verdicts on its results, with coverage %s', async (coverage) => {
    const { session, kept } = openSession({ facts: { coverage } })
    const result = await session.within(({ load }) => load({}))
    recordVerdict(result, { matcher: 'toHaveNoErrors', verdict: 'pass', message: 'no errors' })
    expect(kept().results).toEqual([result])
    expect(kept().verdicts).toMatchObject([{ test: 'shop', result: 0, matcher: 'toHaveNoErrors' }])
    expect(result.generator.doubts.filter(({ code }) => code === 'coverage')).toHaveLength(coverage ? 1 : 0)
  })

  test('adds the coverage doubt to a run that ends early, too', async () => {
    const { session, kept } = openSession({ facts: { coverage: true } })
    await session.within(async ({ startLoad }) => void (await startLoad({ duration: '30s' })))
    expect(kept().results).toHaveLength(1)
    expect(kept().results[0]?.ended).toBe('interrupted')
    expect(kept().results[0]?.generator.doubts).toMatchObject([{ code: 'coverage' }])
  })

  test('gives every result a name of its own: the test and the name of the load', async () => {
    const { session, kept } = openSession({})
    await session.within(async ({ load, startLoad }) => {
      for (const phase of ['Burst', 'Burst', 'MCP', undefined, undefined]) {
        const judge = false
        await load({ judge }, phase === undefined ? {} : { phase })
        await (
          await startLoad({ judge }, { record: false })
        ).result
      }
    })
    const names = kept().results.map(({ name }) => name)
    expect(names).toEqual(['shop > Burst', 'shop > Burst (2)', 'shop > MCP', 'shop', 'shop (2)'])
  })

  test('an unrecorded run inherits its plan and appears in no record, however it ends', async () => {
    const { session, kept } = openSession({})
    const { requestsScheduled } = await session.within(async ({ startLoad }) => {
      const run = await startLoad({}, { record: false })
      const result = await run.result
      await startLoad({ duration: '30s' }, { record: false })
      return result
    })
    expect(requestsScheduled).toBe(10)
    expect(kept().results).toEqual([])
  })

  test.for([
    ['in a thread', {}],
    ['inline', { request: { check: () => true } }],
  ] as const)('compiles its plan once for a load %s', async ([, inline]) => {
    using build = vi.spyOn(randomWalk.pattern, 'curveOf')
    const seen: number[] = []
    const onProgress: SessionOptions['onProgress'] = ({ elapsedMs }) => void seen.push(elapsedMs)
    const { session } = openSession({ scope: new PlanScope({ target: target.url }), onProgress })
    const pattern = randomWalk({ rate: 50, everyMs: 10 })
    const result = await session.within(({ load }) => load({ pattern, duration: '2500ms', warmUp: 100, ...inline }))
    expect(result.generator.mode).toBe('request' in inline ? 'inline' : 'worker')
    expect(seen.length).toBeGreaterThan(1)
    expect(build).toHaveBeenCalledTimes(1)
  })

  test('a timeout of 0 means no timeout', async () => {
    const { session } = openSession({ timeoutMs: 0 })
    const { ended } = await session.within(({ load }) => load({}))
    expect(ended).toBe('completed')
  })

  test('a timeout names the journeys that are still in progress, and what gives them time', async () => {
    const { session } = openSession({ timeoutMs: 5_000 })
    const buys = journey(function* ({ send, think }) {
      yield* send({})
      yield* think(60_000)
      yield* send({})
    })
    await expect(session.within(({ load }) => load({ journey: buys }))).rejects.toMatchObject({
      code: 'ERR_LOAD_TEST_TIMEOUT',
      message: expect.stringMatching(
        /^load test timed out after 5 s\n    → 10 journeys were still in progress after the end of the schedule: give them more time with test: \{ timeout \}, or shorten them/,
      ) as string,
    })
  })

  test('stores findings under the name that the suite sets', async () => {
    const { session, kept } = openSession({})
    await session.within(({ conclude }) => conclude('limits', { limit: 1 }, 'cart'))
    expect(kept()).toMatchObject({ suite: 'limits', suiteName: 'cart', findings: { limit: 1 } })
  })

  test('rejects when the body does not await its load, and keeps the result', async () => {
    const { session, kept } = openSession({})
    const ended = session.within(({ load }) => void load({ rate: 50 }))
    await expect(ended).rejects.toMatchObject({
      code: 'ERR_LOAD_NOT_AWAITED',
      message: expect.stringContaining('load({ rate: 50 }) was not awaited') as string,
    })
    expect(kept().results).toMatchObject([{ ended: 'completed', successes: 5 }])
  })

  test('rejects with the error of a body that did not await its loads, ends the first and starts no other', async () => {
    const { session, kept } = openSession({})
    const before = await requestsSeen()
    const ended = session.within(async ({ load }) => {
      void load({ duration: '30s' })
      void load({ duration: '30s' })
      while ((await requestsSeen()) === before) await setTimeout(20)
      throw new RangeError('of the body')
    })
    await expect(ended).rejects.toThrow(new RangeError('of the body'))
    const after = await requestsSeen()
    await setTimeout(200)
    expect(await requestsSeen()).toBe(after)
    expect(kept().results).toMatchObject([{ ended: 'interrupted' }])
  })

  test.for([
    [true, 1],
    [false, 0],
  ] as const)('with judge: %s, warns %i times about an unjudged result', async ([judge, times]) => {
    const warnings: string[] = []
    const { session } = openSession({ onWarning: (message) => warnings.push(message) })
    await session.within(({ load }) => load({ judge }))
    expect(warnings).toHaveLength(times)
  })
})
