import { expect, test } from 'vitest'
import { connectionsForRate } from './needed-connections.ts'

test.each([
  // Below one request in flight, the spread decides: 0.2 + 3√0.2 = 1.54.
  { peakRps: 20, connectMs: 0.2, needed: 2 },
  { peakRps: 100, connectMs: 0.2, needed: 4 },
  { peakRps: 1_000, connectMs: 0.2, needed: 20 },
  // A distant target: the first connection took one round trip of 80 ms.
  { peakRps: 100, connectMs: 80, needed: 17 },
  { peakRps: 0.1, connectMs: 0.2, needed: 1 },
])('needs $needed connections for $peakRps req/s when connecting takes $connectMs ms', (known) => {
  expect(connectionsForRate({ peakRps: known.peakRps, batchSize: 1 }, known.connectMs, 1)).toBe(known.needed)
})

test('needs a connection for each request of a batch', () => {
  expect(connectionsForRate({ peakRps: 100, batchSize: 10 }, 0, 1)).toBe(11)
})

test('needs fewer connections when each carries several requests', () => {
  expect(connectionsForRate({ peakRps: 1_000, batchSize: 1 }, 0, 16)).toBe(2)
})
