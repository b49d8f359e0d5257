import { describe, expect, test } from 'vitest'

import type { LoadResult } from '../../model/result.ts'
import { eachWith, evenStretches, resultOf, type StretchCase } from '../result.case.ts'
import { sustainedRateVerdict } from './sustained-rate.ts'

/** 400 requests a second for 10 s. */
const stretches = evenStretches(40, 100, () => 10)

function sustains(result: LoadResult, rps: number): string {
  const { verdict, reason, leaning } = sustainedRateVerdict(result, result, { rps, within: 0.01 })
  if (verdict === 'inconclusive') return `leans to ${leaning}`
  return reason === undefined ? verdict : `${verdict}: ${reason}`
}

function each(more: (i: number) => Partial<StretchCase>, rest: Partial<LoadResult> = {}): LoadResult {
  return resultOf({ stretches: eachWith(stretches, (i) => ({ ...more(i) })), rest })
}

describe('a rate', () => {
  test('is sustained where it was scheduled, requests succeeded and none piled up', () => {
    expect(
      sustains(
        each(() => ({})),
        400,
      ),
    ).toBe('pass')
    expect(
      sustains(
        each(() => ({})),
        404,
      ),
    ).toBe('pass')
  })

  test('that was not scheduled is no verdict on the target', () => {
    expect(
      sustains(
        each(() => ({})),
        405,
      ),
    ).toBe('invalid: the load was not delivered')
  })

  test('that a run was ended before it was scheduled fails where abortOn did that, else the run was cut short', () => {
    const ended = (how: LoadResult['ended']): string =>
      sustains(
        each(() => ({}), { ended: how, offeredRps: 200 }),
        400,
      )
    expect(ended('aborted')).toBe('fail: the run was aborted')
    expect(ended('interrupted')).toBe('invalid: the run was interrupted')
    expect(ended('running')).toBe('invalid: the run is still going on')
    expect(ended('completed')).toBe('invalid: the load was not delivered')
  })

  test('with Poisson arrivals may be missed by what their scatter explains', () => {
    expect(
      sustains(
        each(() => ({}), { arrivals: 'poisson' }),
        415,
      ),
    ).toBe('pass')
    expect(
      sustains(
        each(() => ({}), { arrivals: 'poisson' }),
        425,
      ),
    ).toBe('invalid: the load was not delivered')
  })

  test('is not sustained where more than one request in a hundred fails or is dropped', () => {
    expect(
      sustains(
        each((i) => (i % 8 === 0 ? { errors: { timeout: 1 } } : {})),
        400,
      ),
    ).toBe('pass')
    expect(
      sustains(
        each((i) => (i % 2 === 0 ? { errors: { timeout: 2 } } : {})),
        400,
      ),
    ).toBe('leans to pass')
    expect(
      sustains(
        each(() => ({ errors: { timeout: 2 } })),
        400,
      ),
    ).toBe('fail')
    expect(
      sustains(
        each(() => ({ dropped: { overflow: 2 } })),
        400,
      ),
    ).toBe('fail')
  })

  test('is not sustained where requests pile up, though every one succeeds in the end', () => {
    expect(
      sustains(
        each((i) => ({ inFlight: 3 * i })),
        400,
      ),
    ).toBe('fail')
  })

  test('is sustained by a queue whose length wanders', () => {
    expect(
      sustains(
        each((i) => ({ inFlight: 20 + (i % 7) * 3 })),
        400,
      ),
    ).toBe('pass')
  })

  test('is no verdict on the target where the generator dropped the requests', () => {
    expect(
      sustains(
        each(() => ({ dropped: { generator: 2 } })),
        400,
      ),
    ).toBe('invalid: the load was not delivered')
  })

  test('proves nothing in less than 10 s, but leans', () => {
    const short = stretches.slice(0, 30)
    expect(sustains(resultOf({ stretches: short }), 400)).toBe('leans to pass')
    const failing = eachWith(short, () => ({ errors: { 'http-5xx': 10 } }))
    expect(sustains(resultOf({ stretches: failing }), 400)).toBe('leans to fail')
    const broken = eachWith(
      evenStretches(30, 10, () => 10),
      () => ({ errors: { 'http-5xx': 90 } }),
    )
    expect(sustains(resultOf({ stretches: broken }), 400)).toBe('fail')
  })

  test('is not proven where the number in flight wanders more than the allowed shortfall', () => {
    const wandering = each((i) => ({ inFlight: 60 + Math.round(30 * Math.sin(i / 3)) }))
    const verdict = sustainedRateVerdict(wandering, wandering, { rps: 400, within: 0.01 })
    expect(verdict).toMatchObject({ verdict: 'inconclusive', leaning: 'pass' })
    expect(verdict.reasons?.map(({ code }) => code)).toEqual(['backlog-wanders'])
  })

  test('of a phase is judged by the growth within it', () => {
    const grown = eachWith([...stretches, ...stretches], (i) => ({ inFlight: Math.max(0, 8 * (i - 40)) }))
    const result = resultOf({ stretches: grown, phases: { calm: [0, 40], crowded: [40, 80] } })
    const of = (name: string): string | undefined => {
      const phase = result.phases[name]
      return phase && sustainedRateVerdict(phase, result, { rps: 400, within: 0.01 }).verdict
    }
    expect([of('calm'), of('crowded')]).toEqual(['pass', 'fail'])
  })

  test('has no meaning in the closed model', () => {
    const closed = each(() => ({}), { arrivals: 'closed' })
    expect(() => sustains(closed, 400)).toThrow(expect.objectContaining({ code: 'ERR_LOAD_MATCHER_MODEL' }))
  })
})
