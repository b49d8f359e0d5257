import type { CapacityFindings, CapacityPhase, OpenInterval, UslFit } from '../model/capacity-findings.ts'
import { unknownSentence } from '../wording/unknown-values.ts'
import { percent } from './limits-sentences.ts'
import { wordCount, wordMs, wordPlural, wordRate } from './wording.ts'

/** Returns the conclusion, which comes first in every report and on the console. */
export function capacitySentence({ maxUsers, expectedUsers, usersInterval: [, high] }: CapacityFindings): string {
  const expected = `${wordCount(expectedUsers)} are expected`
  if (maxUsers === null) {
    return high === null
      ? `The number of users that the target serves is unknown; ${expected}.`
      : `The target serves fewer than ${wordCount(high)} users; ${expected}.`
  }
  const upper = high === null ? 'more were not tried' : `${wordCount(high)} are too many`
  return `The target serves ${wordCount(maxUsers)} users (${upper}); ${expected}.`
}

export function capacityLines(findings: CapacityFindings): readonly string[] {
  return [
    ...unknownLines(findings),
    ...disagreementLines(findings),
    recommendationSentence(findings),
    buySentence(findings),
    ...findings.sizing.why,
    uslSentence(findings),
  ]
}

/** Returns why the number of users is unknown. */
export function unknownLines({ unknown = [] }: CapacityFindings): readonly string[] {
  return unknown.map((value) => `${unknownSentence(value)}.`)
}

/** Returns why the interval is wider than the steps between the rates that were tried. */
export function disagreementLines({ disagreeingUsers = [] }: CapacityFindings): readonly string[] {
  return disagreeingUsers.map(
    (users) =>
      `${wordCount(users)} users missed the SLA in one run, although as many or more met it in another: the maximum lies on either side of that number.`,
  )
}

export function slaSentence({ sla, requestsPerUserMinute }: CapacityFindings): string {
  return `at least ${percent(sla.successRate)} of the requests succeed, p95 at most ${wordMs(sla.p95Ms)} ms, at ${wordRate(requestsPerUserMinute)} requests per minute and user`
}

export function recommendationSentence({ recommendedUsers, scalingFactor, peakUsers }: CapacityFindings): string {
  if (recommendedUsers === null || scalingFactor === null)
    return 'No number of users is recommended, because none was shown to meet the SLA.'
  return `Plan for ${wordCount(recommendedUsers)} users per instance, half of its maximum; the peak of ${wordCount(peakUsers)} users is ${scalingFactor.toFixed(2)} times the maximum.`
}

/** Returns what to run for the peak. */
export function buySentence({ sizing, peakUsers }: CapacityFindings): string {
  const { instances, coresPerInstance, memoryMbPerInstance, maxConnections, loadBalancer, basis } = sizing
  if (instances === null) return 'No size is recommended, because the load that an instance can serve is unknown.'
  const each = [
    coresPerInstance === null ? undefined : wordPlural(coresPerInstance, 'core'),
    memoryMbPerInstance === null ? undefined : `${wordCount(memoryMbPerInstance)} MB`,
    maxConnections === null ? undefined : wordPlural(maxConnections, 'connection'),
  ].filter((part) => part !== undefined)
  const balancer = loadBalancer === true ? ' behind a load balancer' : ''
  return `For ${wordCount(peakUsers)} users: ${wordPlural(instances, 'instance')}${balancer}${each.length === 0 ? '' : `, each with ${each.join(', ')}`} (${basis}).`
}

export function uslSentence({ usl, uslWhy }: CapacityFindings): string {
  if (usl === null) return `The Universal Scalability Law was not fitted: ${uslWhy ?? 'unknown'}.`
  const { gamma, alpha, beta, intervals } = usl
  const parameters = [
    `γ ${wordRate(gamma)} req/s (${wordInterval(intervals.gamma, wordRate)})`,
    `α ${small(alpha)} (${wordInterval(intervals.alpha, small)})`,
    `β ${small(beta)} (${wordInterval(intervals.beta, small)})`,
  ]
  return `Universal Scalability Law: ${parameters.join(', ')}; ${peakClause(usl)}.`
}

function peakClause({ peakClients, peakRps, intervals, worstMiss }: UslFit): string {
  if (peakClients === null || peakRps === null) {
    return worstMiss > 0.1
      ? `it deviates from a measured throughput by ${percent(worstMiss)}, so no peak is reported`
      : 'the interval of β contains 0, so no peak is reported'
  }
  const between = (interval: OpenInterval | null, word: (value: number) => string): string =>
    interval === null ? '' : ` (${wordInterval(interval, word)})`
  const clients = (value: number): string => wordCount(Math.round(value))
  return `throughput peaks at ${wordRate(peakRps)} req/s${between(intervals.peakRps, wordRate)} with ${clients(peakClients)} clients${between(intervals.peakClients, clients)}`
}

function wordInterval([low, high]: OpenInterval, word: (value: number) => string): string {
  return high === null ? `at least ${word(low)}` : `${word(low)}–${word(high)}`
}

export function phaseRow({ name, users, rate, verdict, achievedRps, p95Ms, errorRate }: CapacityPhase): string[] {
  return [
    name,
    verdict,
    wordCount(users),
    wordRate(rate),
    wordRate(achievedRps),
    p95Ms === null ? '-' : wordMs(p95Ms),
    percent(errorRate),
  ]
}

function small(value: number): string {
  return String(Number(value.toPrecision(2)))
}
