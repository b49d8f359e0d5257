import { expect, test } from 'vitest'
import { FedPicker } from './fed-picker.ts'

/** Simulates one of `threads` threads whose requests equal their positions. */
function fedThread(threads: number, chunk: number) {
  const asked: (readonly [number, number])[] = []
  const picker: FedPicker<number> = new FedPicker(threads, chunk, (first, count) => asked.push([first, count]))
  return {
    picker,
    asked,
    /** Answers every chunk request so far. */
    answer(): void {
      for (const [first, count] of asked.splice(0)) {
        picker.feed(
          first,
          Array.from({ length: count }, (_, i) => first + i * threads),
        )
      }
    },
  }
}

test('requests three chunks ahead, each once', () => {
  const { picker, asked } = fedThread(1, 10)
  expect(picker.pick(0)).toBe('later')
  expect(picker.pick(0)).toBe('later')
  expect(asked).toEqual([
    [0, 10],
    [10, 10],
    [20, 10],
  ])
})

test.each([
  [1, 0],
  [3, 0],
  [3, 1],
  [3, 2],
  [5, 4],
])('of %d threads, thread %d gets the request of each of its positions', (threads, thread) => {
  const { picker, answer } = fedThread(threads, 8)
  for (let sequence = thread; sequence < 1_000; sequence += threads) {
    if (picker.pick(sequence) === 'later') answer()
    expect(picker.pick(sequence)).toBe(sequence)
  }
})

test('never returns `later` once it is fed in advance', () => {
  const { picker, answer } = fedThread(1, 8)
  picker.pick(0)
  answer()
  for (let sequence = 0; sequence < 1_000; sequence++) {
    expect(picker.pick(sequence)).toBe(sequence)
    answer()
  }
})

test('starts again at position 0 after the warm-up without waiting', () => {
  const { picker, answer } = fedThread(2, 8)
  const walk = (upTo: number): void => {
    for (let sequence = 1; sequence < upTo; sequence += 2) {
      if (picker.pick(sequence) === 'later') answer()
      expect(picker.pick(sequence)).toBe(sequence)
    }
  }
  walk(401)
  expect(picker.pick(1)).toBe(1)
  walk(801)
})

test('requests an old chunk again, so that memory stays bounded', () => {
  const { picker, answer, asked } = fedThread(1, 10)
  for (let sequence = 0; sequence < 200; sequence++) {
    picker.pick(sequence)
    answer()
  }
  expect(picker.pick(15)).toBe('later')
  expect(asked).toContainEqual([10, 10])
})
