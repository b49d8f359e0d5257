import { expect, test } from 'vitest'
import { formatBatching } from './batching.ts'

test('calls a batch a message only if it was one', () => {
  expect(formatBatching({ batchSize: 10, sentAs: 'message', messagesSent: 1_200 })).toBe(
    '1 200 messages of 10 operations each',
  )
  expect(formatBatching({ batchSize: 10, sentAs: 'concurrency', messagesSent: 12_000 })).toBe(
    '10 requests at the same time (concurrency: no message carried several operations)',
  )
})
