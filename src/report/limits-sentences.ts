import { bottleneckRemedies } from '../wording/bottleneck.ts'
import { ceilingOptions, optionWords } from '../wording/option-words.ts'
import type { BottleneckResource } from '../model/bottleneck.ts'
import type { DegradationKind, LimitsFindings } from '../model/limits-findings.ts'
import type { Ms } from '../model/units.ts'
import { formatDuration, formatLimit, formatMs, formatPercent, formatPlural, formatRate } from '../wording/figures.ts'

/** Self-contained sentences about the findings of the limits suite. */

export function levelSentence({ slo }: Pick<LimitsFindings, 'slo'>): string {
  return `p99 response time at most ${formatLimit(slo.p99Ms)}, at most ${formatPercent(slo.errorRate)} of the requests failed`
}

/** Returns the conclusion, which comes first in every report and on the console. */
export function limitSentence(findings: LimitsFindings): string {
  const { maxSustainableRps, interval, confirmed, ended, trials } = findings
  const [low, high] = interval
  if (ended === 'interrupted') return interruptedSentence(findings)
  if (maxSustainableRps !== null && high !== null) {
    return `The limit is ${formatRate(maxSustainableRps)}: the target sustained it, but not ${formatRate(high)}.`
  }
  const highest = formatRate(Math.max(0, ...trials.map((trial) => trial.rate)))
  switch (ended) {
    case 'generator':
      return low === null
        ? 'No limit of the target was found: the generator reached its limit first and confirmed no rate.'
        : `The limit is above ${formatRate(low)}: the generator reached its limit first.`
    case 'ceiling':
      return `No limit up to ${formatRate(low ?? 0)}, the ceiling of the search (${ceilingOptions()}).`
    case 'bursts':
      return 'No limit was found: slow requests come in bursts at every rate, including the lowest.'
    case 'failing':
      return `No rate met the service level: none of ${formatPlural(trials.length, 'trial')} up to ${highest} passed.`
    case 'found':
    case 'budget':
      return low === null || !confirmed
        ? 'The search reached its time limit before it confirmed a rate.'
        : `The search reached its time limit: the limit is at least ${formatRate(low)}.`
  }
}

function interruptedSentence({ interval: [low, high], confirmed, trials }: LimitsFindings): string {
  const held = Math.max(0, ...trials.filter(({ verdict }) => verdict === 'pass').map(({ rate }) => rate))
  const refuted = high === null ? '' : `, and ${formatRate(high)} was not sustained`
  if (low !== null && confirmed) {
    return `The search was interrupted: until then, the target sustained ${formatRate(low)}${refuted}.`
  }
  return held === 0
    ? `The search was interrupted before any rate passed${refuted}.`
    : `The search was interrupted before it confirmed a rate: short trials passed up to ${formatRate(held)}${refuted}.`
}

export function certaintySentences({ interval: [low, high], confirmed, ended, trials }: LimitsFindings): string[] {
  const sentences: string[] = []
  const held = trials.findLast((trial) => trial.rate === low && trial.verdict === 'pass')
  if (held !== undefined) {
    const outcome = confirmed ? 'which confirms this rate' : 'which is too short to confirm this rate'
    sentences.push(
      `The target sustained ${formatRate(held.rate)} for ${formatDuration(held.durationMs)} (p99 ${ms(held.p99Ms)}), ${outcome}.`,
    )
  }
  const lost = trials.findLast((trial) => trial.rate === high && trial.verdict !== 'pass')
  if (lost !== undefined)
    sentences.push(`The target did not sustain ${formatRate(lost.rate)}: ${lost.reasons[0]?.message ?? lost.verdict}.`)
  if (low !== null && high !== null) {
    sentences.push(`The limit lies between these two rates, which are ${formatPercent(high / low - 1)} apart.`)
  } else if (high === null && ended !== 'failing' && ended !== 'bursts') {
    sentences.push('The limit has no upper bound: no tested rate was shown to be too high.')
  }
  return sentences
}

export function recommendationSentence({ recommendedRps, interval: [low], trials, ended }: LimitsFindings): string {
  if (recommendedRps !== null && low !== null) {
    const isEven = trials.some((trial) => trial.rate === recommendedRps && trial.arrivals === 'uniform')
    const arrivals = isEven
      ? 'evenly spaced arrivals, because clusters would exceed the ceiling'
      : 'Poisson arrivals, which form clusters like those of real users'
    return `Plan for ${formatRate(recommendedRps)} (${formatPercent(recommendedRps / low)} of the sustained rate), confirmed with ${arrivals}.`
  }
  if (ended === 'interrupted') return 'No rate is recommended: the search was interrupted before it confirmed one.'
  return low === null
    ? 'No rate is recommended: the target sustained none.'
    : 'No rate is recommended: with Poisson arrivals, not even 65% of the sustained rate was shown to meet the service level.'
}

const RESOURCES: Readonly<Record<BottleneckResource, string>> = {
  'target-cpu': "the target's CPU",
  'target-memory': "the target's memory",
  connections: 'the connections',
  network: 'the network',
  'downstream-wait': 'waiting inside the target or for its dependencies',
  refusal: 'a rate limit, a circuit breaker or load shedding of the target',
  generator: 'the generator',
}

export function bottleneckSentence({ bottleneck }: LimitsFindings): string {
  const { resource } = bottleneck
  if (resource === null) return 'Bottleneck: not identified.'
  // The code adds nothing where it is the same word.
  const code = RESOURCES[resource].endsWith(resource) ? '' : ` (${resource})`
  return `Bottleneck: ${RESOURCES[resource]}${code}.`
}

export function adviceSentences(findings: LimitsFindings): string[] {
  const { bottleneck, recovery, ended } = findings
  const advice: string[] = []
  if (bottleneck.resource !== null) advice.push(bottleneckRemedies[bottleneck.resource])
  if (ended === 'ceiling')
    advice.push(`Raise ${optionWords({ plan: 'LOAD_MAX_RPS', command: '--max-rps' })} to search further.`)
  if (ended === 'budget')
    advice.push('Run it again on a quieter machine; a target whose speed varies needs longer trials.')
  if (ended === 'interrupted') advice.push('Let the search run to its end, which takes about a minute.')
  if (ended === 'bursts') {
    advice.push(
      'Find what pauses the target: garbage collection, a periodic job, a lock, a CPU quota, a flush to disk.',
    )
  }
  if (ended === 'failing') advice.push('Check a single request first: the trials above show what went wrong.')
  if (findings.degradation === 'collapse') {
    advice.push(
      'Reject excess load before the limit, with a bounded queue or a concurrency limit: beyond it, throughput falls.',
    )
  }
  if (recovery.recovered === false) advice.push('Find out what keeps the target slow after an overload.')
  return advice
}

const DEGRADATIONS: Readonly<Record<DegradationKind, string>> = {
  graceful: 'graceful (throughput stays constant, latency rises).',
  cliff: 'cliff (throughput stays constant, latency jumps).',
  collapse: 'collapse (throughput falls under overload).',
  'none-seen': 'not observed, because there was no overload.',
}

export function degradationSentence({ degradation, saturation }: LimitsFindings): string {
  const saturated =
    saturation === null
      ? ''
      : ` With ${formatPlural(saturation.concurrency, 'request')} always in flight, the target completed ${formatRate(saturation.completionsRps)}.`
  return `Degradation: ${DEGRADATIONS[degradation]}${saturated}`
}

export function recoverySentence({ recovery: { recovered, recoverMs, resolutionMs } }: LimitsFindings): string {
  const when = 'after a 2 s overload, at half of the sustained rate'
  if (recovered === null) return 'Recovery: not measured, because the search found no limit to exceed.'
  if (!recovered || recoverMs === null) return `Recovery: none within 6 s ${when}.`
  return `Recovery: ${recoveryTime(recoverMs, resolutionMs)} ${when}.`
}

/** Returns "1.8 s", or "immediate (within 200 ms)". */
export function recoveryTime(recoverMs: Ms, resolutionMs: Ms | undefined): string {
  if (recoverMs > 0) return formatDuration(recoverMs)
  return resolutionMs === undefined ? 'immediate' : `immediate (within ${formatDuration(resolutionMs)})`
}

function ms(value: number | null): string {
  return value === null ? 'unknown' : `${formatMs(value)} ms`
}
