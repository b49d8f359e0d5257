import type { LoadResult } from '../model/result.ts'
import { formatCount, formatPlural } from './figures.ts'

/** Says whether batches were messages. */
export function formatBatching({ batchSize, sentAs, messagesSent }: NonNullable<LoadResult['batching']>): string {
  return sentAs === 'message'
    ? `${formatPlural(messagesSent, 'message')} of ${formatCount(batchSize)} operations each`
    : `${formatCount(batchSize)} requests at the same time (concurrency: no message carried several operations)`
}
