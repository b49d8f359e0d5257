import { expect, test } from 'vitest'
import { feedPickers, fieldsOf } from './index.ts'

const records = Array.from({ length: 10 }, (_, id) => ({ id }))

function picked(pick: 'sequential' | 'random' | 'unique', count: number, seed = '8f2c1e', name = 'user') {
  const picker = feedPickers({ [name]: { records, pick, secret: false } }, seed)[name]
  return Array.from({ length: count }, (_, sequence) => picker?.pick(sequence)['id'])
}

test('sequential restarts after the last record', () => {
  expect(picked('sequential', 12)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1])
})

test('unique uses each record once', () => {
  expect(picked('unique', 10)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
})

test.each(['sequential', 'unique'] as const)('the warm-up takes records of a %s feed from the end', (pick) => {
  const picker = feedPickers({ user: { records, pick, secret: false } }, '8f2c1e')['user']
  expect([-1, -2, -10].map((sequence) => picker?.pick(sequence)['id'])).toEqual([9, 8, 0])
})

test('random draws every record about equally often', () => {
  const counts = new Array<number>(10).fill(0)
  for (const id of picked('random', 10_000)) counts[Number(id)] = (counts[Number(id)] ?? 0) + 1
  // Five standard deviations of a binomial count around 1 000.
  for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(150)
})

test('random draws the same for the same seed and differently for another seed or feed', () => {
  const draws = picked('random', 50)
  expect(picked('random', 50)).toEqual(draws)
  expect(picked('random', 50, 'other')).not.toEqual(draws)
  expect(picked('random', 50, '8f2c1e', 'product')).not.toEqual(draws)
})

test('lists the fields that any record has', () => {
  expect(fieldsOf({ records: [{ a: 1 }, { a: 2, b: 3 }], pick: 'random', secret: false })).toEqual(['a', 'b'])
})
