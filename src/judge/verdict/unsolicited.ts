import type { LoadResult } from '../../model/result.ts'
import type { Standing } from './validity.ts'

/**
 * Why no latency of the run can be judged: messages arrived that no request asked for, and responses were matched by
 * their order. Equal counts would prove nothing, since a server may ignore requests and push as often. Undefined where
 * nothing is in doubt.
 */
export function matchingInDoubt({ generator }: LoadResult): Standing | undefined {
  return generator.doubts.some(({ code }) => code === 'unsolicited-messages')
    ? { verdict: 'invalid', reason: 'messages that no request asked for may have passed for responses', details: [] }
    : undefined
}
