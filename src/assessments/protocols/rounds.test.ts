import { expect, test } from 'vitest'
import { evenBatches, resultOf } from '../../judge/result.builder.ts'
import { cutRunMs, lostByCut } from './cuts.ts'
import { inRounds, roundsOf } from './rounds.ts'

test('runs every item in every round, each time in another order', async () => {
  const ran: string[] = []
  const values = await inRounds(['a', 'b', 'c'], 3, async (item, round) => {
    ran.push(`${item}${round}`)
    return `${item}${round}`
  })
  expect(ran).toEqual(['a0', 'b0', 'c0', 'b1', 'c1', 'a1', 'c2', 'a2', 'b2'])
  expect(values).toEqual([
    ['a0', 'a1', 'a2'],
    ['b0', 'b1', 'b2'],
    ['c0', 'c1', 'c2'],
  ])
})

test('divides a phase into as many rounds as a proof needs, and a short one into fewer', () => {
  expect([roundsOf(8_000), roundsOf(2_000), roundsOf(1_700)]).toEqual([12, 12, 4])
  expect([cutRunMs(8_000), cutRunMs(1_700)]).toEqual([expect.closeTo(2_667, 0), 1_700])
})

test('assigns losses to the latest cut', () => {
  // Cuts at 200, 400, 600 and 800 ms; the batches end at 100, 200, … ms. The first loss is 50 ms early.
  const losses = [0, 1, 1, 0, 5, 0, 0, 0, 2, 3]
  const batches = evenBatches(10, 4, () => 1).map((batch, i) =>
    Object.assign({}, batch, { errors: { connection: losses[i] ?? 0 }, dropped: { 'pool-wait': i === 8 ? 1 : 0 } }),
  )
  const times = { firstMs: 200, stepMs: 200 }
  const result = resultOf({ batches, batchMs: 100 })
  expect(lostByCut([result], times)).toEqual([2, 5, 0, 6])
  expect(lostByCut([result, result], times)).toEqual([4, 10, 0, 12])
})
