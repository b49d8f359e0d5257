import { isMet } from '../model/verdict.ts'
import { ceilingOptions, optionWords } from '../wording/option-words.ts'
import type { CapacityFindings, CapacityPhase, OpenInterval, UslFit } from '../model/capacity-findings.ts'
import { formatLeaning } from './format-verdict.ts'
import { unknownSentence } from '../wording/unknown-values.ts'
import {
  formatCount,
  formatLimit,
  formatList,
  formatMb,
  formatMsOrNone,
  formatNumber,
  formatPercent,
  formatPlural,
  formatRate,
} from '../wording/figures.ts'

/** Returns the conclusion, which comes first in every report and on the console. */
export function capacitySentence({ maxUsers, expectedUsers, usersInterval: [, high] }: CapacityFindings): string {
  const expected = `${formatCount(expectedUsers)} are expected`
  if (maxUsers === null) {
    return high === null
      ? `The number of users that the target serves is unknown; ${expected}.`
      : `The target serves fewer than ${formatCount(high)} users; ${expected}.`
  }
  const upper = high === null ? 'more were not tried' : `${formatCount(high)} are too many`
  return `The target serves ${formatCount(maxUsers)} users (${upper}); ${expected}.`
}

export function capacityLines(findings: CapacityFindings): readonly string[] {
  return [
    ...unknownLines(findings),
    ...ceilingLines(findings),
    ...disagreementLines(findings),
    ...unprovenLines(findings),
    recommendationSentence(findings),
    buySentence(findings),
    ...findings.sizing.why.map(({ message }) => message),
    uslSentence(findings),
  ]
}

/** Returns why the number of users is unknown. */
export function unknownLines({ unknown = [] }: CapacityFindings): readonly string[] {
  return unknown.map((value) => `${unknownSentence(value)}.`)
}

/** Returns which numbers of users were not tried because of the ceiling. */
export function ceilingLines({ ceiling }: CapacityFindings): readonly string[] {
  if (ceiling === undefined) return []
  return [
    `More than ${formatCount(ceiling.users)} users were not tried, because their load exceeds the ceiling of ${formatRate(ceiling.rps)} (${ceilingOptions()}).`,
  ]
}

/** Returns why the interval is wider than the steps between the rates that were tried. */
export function disagreementLines({ disagreeingUsers = [] }: CapacityFindings): readonly string[] {
  return disagreeingUsers.map(
    (users) =>
      `${formatCount(users)} users missed the SLA in one run, although as many or more met it in another, so the maximum may be below or above that number.`,
  )
}

/** Returns which ends of the interval are not proven, and what would prove them. */
export function unprovenLines({ unprovenUsers = [] }: CapacityFindings): readonly string[] {
  if (unprovenUsers.length === 0) return []
  const users = `${unprovenUsers.map((each) => formatCount(each)).join(' and ')} users`
  const verdicts = unprovenUsers.length === 1 ? `verdict on ${users} is` : `verdicts on ${users} are`
  return [
    `The ${verdicts} not proven: longer phases would decide (${optionWords({ plan: 'phaseMs, LOAD_DURATION', command: '-d' })}).`,
  ]
}

/** Returns the numbers of users between which the limit lies. */
export function boundsSentence({ usersInterval: [low, high] }: CapacityFindings): string {
  if (low === null) {
    return high === null
      ? 'No number of users was shown to meet or to miss the SLA.'
      : `${formatCount(high)} users missed the SLA, and no lower number was shown to meet it.`
  }
  return high === null
    ? `${formatCount(low)} users met the SLA, and no higher number was shown to miss it.`
    : `${formatCount(low)} users met the SLA, and ${formatCount(high)} missed it: the limit lies between these numbers.`
}

export function slaSentence({ sla, requestsPerUserMinute }: CapacityFindings): string {
  return `at least ${formatPercent(sla.successRate)} of the requests succeed, p95 at most ${formatLimit(sla.p95Ms)}${sla.p99Ms === undefined ? '' : `, p99 at most ${formatLimit(sla.p99Ms)}`}, with ${formatNumber(requestsPerUserMinute)} requests per minute from each user`
}

export function recommendationSentence({ recommendedUsers, scalingFactor, peakUsers }: CapacityFindings): string {
  if (recommendedUsers === null || scalingFactor === null)
    return 'No number of users is recommended, because none was shown to meet the SLA.'
  return `Plan for ${formatCount(recommendedUsers)} users per instance, half of its maximum; the peak of ${formatCount(peakUsers)} users is ${formatNumber(scalingFactor)} times the maximum.`
}

/** Returns what to run for the peak. */
export function buySentence({ sizing, peakUsers }: CapacityFindings): string {
  const { instances, coresPerInstance, memoryMbPerInstance, maxConnections, loadBalancer, basis } = sizing
  if (instances === null) return 'No size is recommended, because the load that an instance can serve is unknown.'
  const each = [
    coresPerInstance === null ? undefined : formatPlural(coresPerInstance, 'core'),
    memoryMbPerInstance === null ? undefined : formatMb(memoryMbPerInstance),
    maxConnections === null ? undefined : formatPlural(maxConnections, 'connection'),
  ].filter((part) => part !== undefined)
  const balancer = loadBalancer === true ? ' behind a load balancer' : ''
  return `For ${formatCount(peakUsers)} users: ${formatPlural(instances, 'instance')}${balancer}${each.length === 0 ? '' : `, each with ${each.join(', ')}`} (${basis}).`
}

export function uslSentence({ usl, uslWhy }: CapacityFindings): string {
  if (usl === null) return `The Universal Scalability Law was not fitted: ${uslWhy?.message ?? 'unknown'}.`
  const { gamma, alpha, beta, intervals } = usl
  const parameters = [
    `rate of one client γ ${formatRate(gamma)} (${formatRange(intervals.gamma, formatNumber)})`,
    `contention α ${formatNumber(alpha)} (${formatRange(intervals.alpha, formatNumber)})`,
    `coherency β ${formatNumber(beta)} (${formatRange(intervals.beta, formatNumber)})`,
  ]
  return `Universal Scalability Law: ${parameters.join(', ')}; ${peakClause(usl)}.`
}

function peakClause({ peakClients, peakRps, intervals, worstMiss }: UslFit): string {
  if (peakClients === null || peakRps === null) {
    return worstMiss > 0.1
      ? `the fit deviates from the measured throughputs by up to ${formatPercent(worstMiss)}, so no peak is reported`
      : 'the interval of β contains 0, so no peak is reported'
  }
  const between = (interval: OpenInterval | null, word: (value: number) => string): string =>
    interval === null ? '' : ` (${formatRange(interval, word)})`
  return `throughput peaks at ${formatRate(peakRps)}${between(intervals.peakRps, formatNumber)} with ${formatCount(peakClients)} clients${between(intervals.peakClients, formatCount)}`
}

function formatRange([low, high]: OpenInterval, word: (value: number) => string): string {
  return high === null ? `at least ${word(low)}` : `${word(low)}–${word(high)}`
}

/** Returns which phases were decided by the run of another number of users. */
export function inferredLines({ phases }: CapacityFindings): readonly string[] {
  const byOutcome = Map.groupBy(
    phases.filter(({ decidedByUsers }) => decidedByUsers !== undefined),
    (phase) => `${isMet(phase) ? 'met' : 'missed'} ${phase.decidedByUsers}`,
  )
  return Array.from(byOutcome.values(), (group) => {
    const [{ decidedByUsers = 0, verdict } = {}] = group
    const names = group.map(({ name }) => `"${name}"`)
    const runs = names.length === 1 ? `The run of phase ${names[0]}` : `The runs of phases ${formatList(names)}`
    const outcome = `${verdict === 'inconclusive' ? 'probably ' : ''}${group.every(isMet) ? 'met' : 'missed'}`
    const users = formatList(group.map((phase) => formatCount(phase.users)))
    return `${runs} proved nothing; ${formatCount(decidedByUsers)} users ${outcome} the SLA, so ${users} ${outcome} it as well.`
  })
}

export function phaseRow(phase: CapacityPhase): string[] {
  const { name, users, rate, achievedRps, p95Ms, errorRate } = phase
  return [
    name,
    formatLeaning(phase),
    formatCount(users),
    formatNumber(rate),
    formatNumber(achievedRps),
    formatMsOrNone(p95Ms),
    formatPercent(errorRate),
  ]
}
