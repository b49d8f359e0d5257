import type { SizingReason, SizingReasonFacts } from '../model/sizing.ts'
import { formatMb, formatMs, formatNumber, formatRate } from './figures.ts'
import { sentenceFrom } from './sentences.ts'

const sentence = sentenceFrom<SizingReasonFacts>({
  'no-rate-sustained': () => 'the target sustained no rate, so no size can be computed',
  rate: ({ sustainedRps, plannedRps, headroom, peakRps }) =>
    `an instance sustained ${formatRate(sustainedRps)} and is planned for ${formatRate(plannedRps)} ` +
    `(${formatNumber(headroom)} × headroom); the peak is ${formatRate(peakRps)}`,
  cpu: ({ cpuMsPerRequest, plannedRps, cores, headroom, isBound = false }) => {
    const most = isBound ? 'at most ' : ''
    return (
      `a request used ${most}${formatMs(cpuMsPerRequest)} ms of CPU, so ${formatRate(plannedRps)} use ` +
      `${most}${formatNumber(cores)} cores; the recommended size includes ${formatNumber(headroom)} × headroom`
    )
  },
  'cpu-unknown': ({ why }) => `CPU was not monitored${because(why)}, so the number of cores is unknown`,
  memory: ({ maxMb, headroom }) =>
    `an instance used at most ${formatMb(maxMb)}; the recommended size includes ${formatNumber(headroom)} × headroom`,
  'memory-unknown': ({ why }) => `memory was not monitored${because(why)}, so the required memory is unknown`,
  connections: ({ concurrentRequests, headroom }) =>
    `an instance has ${formatNumber(concurrentRequests)} concurrent requests at that rate, by Little's law; the ` +
    `recommended size includes ${formatNumber(headroom)} × headroom`,
  'connections-unknown': () => 'no response times were measured, so the number of connections is unknown',
})

/** Returns the reason with its message. */
export function sizingReason(facts: SizingReasonFacts): SizingReason {
  return { ...facts, message: sentence(facts) }
}

function because(why: string | null): string {
  return why === null ? '' : ` (${why})`
}
