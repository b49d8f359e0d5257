import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Fifo, type FifoItem } from './fifo.ts'

interface Item extends FifoItem<Item> {
  readonly name: number
}

function itemOf(name: number): Item {
  return { name, previous: undefined, next: undefined }
}

const step = fc.oneof(
  fc.constant({ do: 'push' } as const),
  fc.constant({ do: 'unshift' } as const),
  fc.constant({ do: 'shift' } as const),
  fc.record({ do: fc.constant('remove'), at: fc.nat() } as const),
)

test('behaves like an array, whichever items are removed from the middle', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const queue = new Fifo<Item>()
      const array: Item[] = []
      for (const [name, each] of steps.entries()) {
        if (each.do === 'push') {
          const item = itemOf(name)
          queue.push(item)
          array.push(item)
        } else if (each.do === 'unshift') {
          const item = itemOf(name)
          queue.unshift(item)
          array.unshift(item)
        } else if (each.do === 'shift') {
          expect(queue.shift()).toBe(array.shift())
        } else {
          const [item] = array.splice(each.at % Math.max(1, array.length), 1)
          if (item !== undefined) queue.remove(item)
        }
        expect(queue.size).toBe(array.length)
        expect(queue.head).toBe(array[0])
      }
      expect(namesIn(queue)).toEqual(array.map(({ name }) => name))
      expect(queue.size).toBe(0)
    }),
  )
})

function namesIn(queue: Fifo<Item>): number[] {
  const names: number[] = []
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) names.push(item.name)
  return names
}

test('an item removed from one queue can join another', () => {
  const [waiting, sent] = [new Fifo<Item>(), new Fifo<Item>()]
  const items = [itemOf(0), itemOf(1), itemOf(2)]
  for (const item of items) waiting.push(item)
  const [, middle] = items
  if (middle === undefined) throw new Error('expected three items')
  waiting.remove(middle)
  sent.push(middle)
  expect(namesIn(sent)).toEqual([1])
  expect(namesIn(waiting)).toEqual([0, 2])
})
