import { expect, test } from 'vitest'
import { metric, receiveMetrics } from './metric.ts'

test('metric() throws where no load runs, and says where to call it', () => {
  expect(() => metric('cart_size', 3)).toThrowErrorMatchingInlineSnapshot(`
    [LoadError: metric('cart_size', …) was called in a thread where no load runs
        → call it in the code of a journey, a setup, a check function or a custom protocol]
  `)
})

test('metric() passes its arguments to the load of this thread, until it ends', () => {
  const calls: unknown[] = []
  const end = receiveMetrics((...call) => void calls.push(call))
  metric('cart_size', 3, { unit: 'items' })
  end()
  end()
  expect(() => metric('cart_size', 3)).toThrow(/where no load runs/)
  expect(calls).toEqual([['cart_size', 3, { unit: 'items' }]])
})

test('metric() throws while several loads run in this thread', () => {
  const ends = [receiveMetrics(() => {}), receiveMetrics(() => {})]
  expect(() => metric('cart_size', 3)).toThrowErrorMatchingInlineSnapshot(`
    [LoadError: metric('cart_size', …) was called while several loads run in this thread, so the value belongs to none of them
        → run one load after the other, or move the code into a module: journey: new URL(…)]
  `)
  for (const end of ends) end()
})
