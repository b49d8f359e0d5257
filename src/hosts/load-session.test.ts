import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startFixture } from '../../fixtures/index.ts'
import type { Fixture } from '../../fixtures/index.ts'
import type { LoadRecord } from '../model/record.ts'
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

/** A session as a host opens one, and what it has kept so far. */
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

  test('a run that is cut off doubts itself for coverage too', async () => {
    const { session, kept } = openSession({ facts: { coverage: true } })
    await session.within(async ({ startLoad }) => void (await startLoad({ duration: '30s' })))
    expect(kept().results).toHaveLength(1)
    expect(kept().results[0]?.ended).toBe('interrupted')
    expect(kept().results[0]?.generator.doubts).toMatchObject([{ code: 'coverage' }])
  })

  test('a run that is not to be recorded inherits its plan, and is in no record however it ends', async () => {
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

  test('a time-out of 0 is none', async () => {
    const { session } = openSession({ timeoutMs: 0 })
    const { ended } = await session.within(({ load }) => load({}))
    expect(ended).toBe('completed')
  })

  test('a conclusion carries the name that the suite gives it', async () => {
    const { session, kept } = openSession({})
    await session.within(({ conclude }) => conclude('limits', { limit: 1 }, 'cart'))
    expect(kept()).toMatchObject({ suite: 'limits', suiteName: 'cart', findings: { limit: 1 } })
  })
})
