import type { PlanIssue } from '../model/errors.ts'
import type { AbortLimits } from '../model/plan.ts'
import type { ResolvedAbort } from './resolved-plan.ts'
import { type Sla, type PercentileKey, requestsFor, SLA_PERCENTILES } from '../model/sla.ts'
import {
  anyDuration,
  isRecord,
  notNegative,
  numberWhere,
  objectOf,
  positive,
  present,
  ratioWhere,
  readKeys,
  wholeFrom,
  type Reader,
} from '../model/readers.ts'
import type { ReconnectOptions } from '../model/protocol.ts'
import type { Ms } from '../model/units.ts'
import { formatCount, formatDuration } from '../wording/figures.ts'

const errorShare = ratioWhere('must be a ratio from 0 to below 1', (value) => value >= 0 && value < 1)

const readSlaKeys = objectOf(
  {
    p50Ms: positive,
    p75Ms: positive,
    p90Ms: positive,
    p95Ms: positive,
    p99Ms: positive,
    p999Ms: positive,
    errorRate: errorShare,
    rps: positive,
  } satisfies Readonly<Record<keyof Sla, Reader<number>>>,
  '{ p99Ms: 250, errorRate: 0.01 }',
)

/** Reads the service level of a plan, or of `toMeetSla`. */
export const readSla: Reader<Sla> = (value, key, issues) => {
  const read = readSlaKeys(value, key, issues)
  if (read === undefined) return undefined
  if (isRecord(value) && Object.values(value).every((limit) => limit === undefined)) {
    issues.push({ key, value, rule: 'must contain a limit', remedy: `write ${key}: { p99Ms: 250, errorRate: 0.01 }` })
  }
  return present(read)
}

/** Reads `confidence`: a verdict at one half or below says nothing, and 1 is unreachable. */
export const readConfidence: Reader<number> = ratioWhere(
  'must be above 0.5 and below 1',
  (value) => value > 0.5 && value < 1,
)

const ABORT_KEYS = { errorRate: errorShare, p99Ms: positive, after: anyDuration } satisfies Readonly<
  Record<keyof AbortLimits, Reader<number>>
>

/** Resolves when a run stops early; `'sla'` means the plan's own limits, except the rate. */
export function resolveAbort(
  value: unknown,
  { sla, durationMs }: { readonly sla: Sla | undefined; readonly durationMs: Ms | undefined },
  issues: PlanIssue[],
): ResolvedAbort | undefined {
  const key = 'abortOn'
  if (value === undefined) return undefined
  if (value === 'sla') {
    const { rps: _, ...limits } = sla ?? {}
    if (Object.keys(limits).length > 0) return { sla: limits, afterMs: 0 }
    const remedy = 'write sla: { p99Ms: 250, errorRate: 0.01 }'
    issues.push({ key, value, rule: "can be 'sla' only if `sla` has a latency limit or an error rate", remedy })
    return undefined
  }
  if (!isRecord(value)) {
    const remedy = "write abortOn: 'sla', or abortOn: { errorRate: 0.5, after: '5s' }"
    issues.push({ key, value, rule: "must be 'sla' or an object of limits", remedy })
    return undefined
  }
  const { after, ...limits } = readKeys(ABORT_KEYS, value, { prefix: `${key}.`, noun: `a key of \`${key}\`` }, issues)
  if (value['errorRate'] === undefined && value['p99Ms'] === undefined) {
    issues.push({ key, value, rule: 'must contain a limit', remedy: 'write abortOn: { errorRate: 0.5 }' })
  }
  if (after !== undefined && durationMs !== undefined && after >= durationMs) {
    issues.push({ key: `${key}.after`, value: value['after'], rule: 'must be shorter than the duration of the plan' })
  }
  return { sla: present(limits), afterMs: after ?? 0 }
}

/** Reconnects to a server that was unavailable for about three minutes, within two seconds of its return. */
export const RECONNECT: ReconnectOptions = { attempts: 100, backoffMs: 100, maxBackoffMs: 2_000, jitter: 0.5 }

const readReconnectKeys = objectOf(
  {
    attempts: wholeFrom(0),
    backoffMs: notNegative,
    maxBackoffMs: notNegative,
    jitter: numberWhere('must be a ratio from 0 to 1', (value) => value >= 0 && value <= 1),
  } satisfies Readonly<Record<keyof ReconnectOptions, Reader<number>>>,
  '{ attempts: 10, backoffMs: 100 }',
)

/** Reads how lost connections are reopened. `false` means no attempt; absent or `true` means the default. */
export const readReconnect: Reader<ReconnectOptions> = (value, key, issues) => {
  if (typeof value === 'boolean') return value ? RECONNECT : { ...RECONNECT, attempts: 0 }
  const read = readReconnectKeys(value, key, issues)
  if (read === undefined) return undefined
  const backoffMs = read.backoffMs ?? RECONNECT.backoffMs
  // Raising only the first wait must not leave the cap below it.
  const reconnect = { ...RECONNECT, maxBackoffMs: Math.max(RECONNECT.maxBackoffMs, backoffMs), ...present(read) }
  if (reconnect.maxBackoffMs < reconnect.backoffMs) {
    issues.push({ key: `${key}.maxBackoffMs`, value: reconnect.maxBackoffMs, rule: 'must not be below `backoffMs`' })
  }
  return reconnect
}

/** Absorbs the rounding error of a pattern's expected number of requests. */
const ROUNDING = 1e-6

/**
 * Rejects a percentile that cannot lie among the planned requests, `n · (1 − p) < 1`: no run of this size could be
 * judged on it. A plan without a single request has an issue that says so.
 */
export function requireEnoughForSla(
  sla: Sla,
  { expected, durationMs }: { readonly expected: number; readonly durationMs: Ms },
  issues: PlanIssue[],
): void {
  if (expected < 1 - ROUNDING) return
  const keys = Object.keys(SLA_PERCENTILES) as PercentileKey[]
  const fits = (key: PercentileKey): boolean => expected >= requestsFor(SLA_PERCENTILES[key]) - ROUNDING
  const lower = keys.findLast(fits)
  for (const key of keys) {
    if (sla[key] === undefined || fits(key)) continue
    const required = requestsFor(SLA_PERCENTILES[key])
    const seconds = Math.ceil((required * durationMs) / expected / 1_000 - ROUNDING)
    issues.push({
      key: `sla.${key}`,
      value: sla[key],
      rule: `needs at least ${formatCount(required)} requests, and this run has ${formatCount(Math.floor(expected + ROUNDING))}`,
      remedy: `run ${formatDuration(seconds * 1_000)}${lower === undefined ? '' : `, or limit ${lower}`}`,
    })
  }
}
