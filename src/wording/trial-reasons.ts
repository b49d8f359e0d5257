import type { TrialReason, TrialReasonFacts } from '../model/trial-reason.ts'
import { formatCount, formatLimit, formatPercent, formatPlural } from './figures.ts'
import { sentenceFrom } from './sentences.ts'
import { toolFaultSentences } from './tool-faults.ts'

/** Returns the sentence for a reason. */
export const trialReasonSentence: (facts: TrialReasonFacts) => string = sentenceFrom<TrialReasonFacts>({
  ...toolFaultSentences,
  'generator-busy': ({ busyRatio }) =>
    `the generator was busy, or waited for a core, ${formatPercent(busyRatio)} of the time`,
  'generator-stopped': ({ stoppedRatio }) => `the generator did not run for ${formatPercent(stoppedRatio)} of the time`,
  'requests-piled-up': ({ inFlightGrowth }) =>
    `requests piled up: ${formatPercent(inFlightGrowth)} of the arrivals remained in flight`,
  'few-completed': ({ completedShare }) => `only ${formatPercent(completedShare)} of the arrivals completed in time`,
  'late-requests': ({ lateShare, limitMs }) =>
    `${formatPercent(lateShare)} of the requests took longer than ${formatLimit(limitMs)}`,
  'failed-requests': ({ failedShare }) => `${formatPercent(failedShare)} of the requests failed`,
  'p99-not-proven': ({ lateRequests, requests }) =>
    `${formatPlural(lateRequests, 'late request')} of ${formatCount(requests)} ${verb(lateRequests)} not prove a p99`,
  'error-rate-not-proven': ({ failedRequests, requests }) =>
    `${formatPlural(failedRequests, 'failed request')} of ${formatCount(requests)} ${verb(failedRequests)} not prove the error rate`,
})

/** Returns the reason with its message. */
export function trialReason(facts: TrialReasonFacts): TrialReason {
  return { ...facts, message: trialReasonSentence(facts) }
}

function verb(count: number): 'does' | 'do' {
  return count === 1 ? 'does' : 'do'
}
