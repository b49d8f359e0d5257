import { expect, test } from 'vitest'
import type { Connection } from '../../model/protocol.ts'
import { DescriptorBudget } from './descriptor-budget.ts'

/** A connection that closes on `close`. */
function connection(): Connection<unknown> {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  return {
    maxInFlight: 1,
    usable: true,
    closed: promise,
    exchange: () => () => ({ bytesSent: 0, bytesReceived: 0 }),
    close: () => Promise.resolve(resolve(undefined)),
    destroy: () => resolve(undefined),
  }
}

test('rejects a connection beyond the limit without connecting', async () => {
  const budget = new DescriptorBudget(4)
  const open = (): Promise<Connection<unknown>> => budget.connect(3, () => Promise.resolve(connection()))
  const first = await open()
  let connecting = 0
  const second = budget.connect(3, () => {
    connecting++
    return Promise.resolve(connection())
  })
  await expect(second).rejects.toMatchObject({
    errorClass: 'local-files',
    message: 'the connections of this thread use 3 of at most 4 file descriptors',
  })
  expect(connecting).toBe(0)
  await first.close()
  await expect(open()).resolves.toBeDefined()
})

test('releases the descriptors of a failed attempt', async () => {
  const budget = new DescriptorBudget(1)
  await expect(budget.connect(1, () => Promise.reject(new Error('refused')))).rejects.toThrow('refused')
  await expect(budget.connect(1, () => Promise.resolve(connection()))).resolves.toBeDefined()
})
