import fc from 'fast-check'
import { expect, test } from 'vitest'
import { drawBy, drawInTurn, listPicker, onePicker, weightsOf } from './picker.ts'

const requests = [{ path: '/cart', weight: 90 }, { path: '/buy', weight: 9 }, { path: '/pay' }]

function weightedPicker<Request extends { readonly weight?: number }>(list: readonly Request[], seed: string) {
  return listPicker(list, drawBy(weightsOf(list), seed))
}

function share(picks: readonly unknown[], wanted: unknown): number {
  return picks.filter((pick) => pick === wanted).length / picks.length
}

test('picks a single request at every position', () => {
  const [request] = requests
  const picker = onePicker(request)
  expect([0, 1, 1_000_000].map((sequence) => picker.pick(sequence))).toEqual([request, request, request])
})

test('picks from a list in proportion to the weights, for any seed', () => {
  for (const seed of ['0', '1', 'deadbeef', '8f2c1e']) {
    const picker = weightedPicker(requests, seed)
    const n = 20_000
    const picks = Array.from({ length: n }, (_, sequence) => picker.pick(sequence))
    for (const [request, p] of [
      [requests[0], 0.9],
      [requests[1], 0.09],
      [requests[2], 0.01],
    ] as const) {
      // Five standard deviations: one seed in two million would fail, and these four seeds are fixed.
      expect(Math.abs(share(picks, request) - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / n))
    }
  }
})

test('picks in proportion in each thread too, because distant positions draw independently', () => {
  const picker = weightedPicker([{ weight: 1 }, { weight: 1 }], 'cafe')
  for (const threads of [2, 3, 4, 8, 64]) {
    const n = 10_000
    const first = picker.pick(0)
    const picks = Array.from({ length: n }, (_, i) => picker.pick(i * threads))
    expect(Math.abs(share(picks, first) - 0.5)).toBeLessThan(5 * Math.sqrt(0.25 / n))
    const same = picks.filter((pick, i) => pick === picks[i + 1]).length
    expect(Math.abs(same / n - 0.5)).toBeLessThan(5 * Math.sqrt(0.25 / n))
  }
})

test('picks the same for the same seed and position, and differently for another seed', () => {
  const picked = (seed: string): unknown[] => {
    const picker = weightedPicker(requests, seed)
    return Array.from({ length: 500 }, (_, sequence) => picker.pick(sequence))
  }
  expect(picked('8f2c1e')).toEqual(picked('8f2c1e'))
  expect(picked('8f2c1e')).not.toEqual(picked('8f2c1f'))
})

test('never picks a request of weight 0', () => {
  const light = [{ weight: 0 }, { weight: 1 }, { weight: 0 }]
  fc.assert(
    fc.property(fc.nat(), fc.string(), (sequence, seed) => {
      expect(weightedPicker(light, seed).pick(sequence)).toBe(light[1])
    }),
  )
})

test('draws in turn, from the place of a list among several', () => {
  const draw = drawInTurn(2, 5)
  expect([0, 1, 2, 3, 4, 5, 7].map(draw)).toEqual([-2, -1, 0, 1, 2, -2, 0])
})
