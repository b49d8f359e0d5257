import type { LoadResult } from '../../model/result.ts'
import type { Standing } from './validity.ts'

/**
 * Returns an invalid standing if unsolicited messages arrived and responses were matched by order, because the
 * latencies are then unreliable. Equal numbers of requests and messages would prove nothing: a server may ignore
 * requests and push as many messages. Undefined if the latencies are reliable.
 */
export function matchingInDoubt({ generator }: LoadResult): Standing | undefined {
  return generator.doubts.some(({ code }) => code === 'unsolicited-messages')
    ? {
        verdict: 'invalid',
        reason: 'unsolicited messages may have been counted as responses',
        invalid: { code: 'unsolicited-messages' },
        details: [],
      }
    : undefined
}
