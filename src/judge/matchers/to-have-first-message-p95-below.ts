import type { Ms } from '../../model/units.ts'
import { LoadMatcherError } from '../matcher-error.ts'
import { subjectOf } from '../subject.ts'
import type { JudgedVerdict } from '../verdict/judged-verdict.ts'
import { percentileVerdict } from '../verdict/percentile.ts'
import { CONFIDENCE_RULES, limitArgument, optionsArgument, type ConfidenceOptions } from './arguments.ts'

/**
 * Asserts that the p95 of the time from the send of a request to the first message of its stream is below `limitMs`, in
 * milliseconds. Requests without a response count as over every limit.
 */
export function toHaveFirstMessageP95Below(received: unknown, limitMs: Ms, options?: ConfidenceOptions): JudgedVerdict {
  return streamMatcher(
    'toHaveFirstMessageP95Below',
    { percentile: 95, of: 'first-message' },
    received,
    limitMs,
    options,
  )
}

interface StreamQuestion {
  readonly percentile: number
  readonly of: 'first-message' | 'message-gap'
}

/** Judges one percentile of a time of streams for the matcher with the name `matcher`. */
export function streamMatcher(
  matcher: string,
  { percentile, of }: StreamQuestion,
  received: unknown,
  limitMs: Ms,
  options: ConfidenceOptions | undefined,
): JudgedVerdict {
  const limit = limitArgument(limitMs, matcher)
  const checked = optionsArgument(options, matcher, CONFIDENCE_RULES)
  const { figures, run } = subjectOf(received, matcher)
  const { count } = of === 'first-message' ? figures.firstMessageTime : figures.messageGap
  if (count === 0 && figures.successes > 0) throw withoutStream(matcher, of)
  return percentileVerdict(figures, run, { ...checked, percentile, limitMs: limit, of })
}

function withoutStream(matcher: string, of: StreamQuestion['of']): LoadMatcherError {
  const messages = of === 'first-message' ? 'messages' : 'two or more messages'
  return new LoadMatcherError(
    'ERR_LOAD_MATCHER_STREAM',
    `${matcher}() judges responses of ${messages} whose times were recorded, and these requests had none\n` +
      "    → HTTP: set stream: 'sse' or 'chunks' in the request; WebSocket and TCP: set replies to 2 or more; MCP: call a\n" +
      '      tool with progress: true; a journey: judge one of its steps in result.operations',
  )
}
