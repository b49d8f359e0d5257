import type { LimitNote, LimitNoteFacts } from '../../model/limit-note.ts'
import type { LimitSlo } from '../../model/limits-findings.ts'
import type { Rps } from '../../model/units.ts'
import { limitNote } from '../../wording/limit-notes.ts'
import { capacityBounds } from './capacity-bounds.ts'
import { baseBursts } from './limit-bursts.ts'
import { shownCollapse } from './limit-estimate.ts'
import { isFull, isOpen, type SearchEnd } from './limit-trial.ts'
import type { MeasuredTrial } from './limit-trial.ts'
import { searchMemoryGrowth } from './search-memory.ts'

/** Maximum number of statuses in a note. */
const MAX_STATUSES = 3

/** Returns the notes of a finished search: observations in addition to its limit. */
export function limitNotes(measured: readonly MeasuredTrial[], end: SearchEnd, slo: LimitSlo): readonly LimitNote[] {
  const history = measured.map(({ outcome }) => outcome)
  const facts: (LimitNoteFacts | undefined)[] = [
    end.ended === 'bursts' ? burstNote(baseBursts(history, slo)) : undefined,
    end.ended === 'failing' ? errorNote(measured, slo) : undefined,
    collapseNote(measured, end.low),
    disagreement(measured),
    memoryNote(measured),
  ]
  return facts.filter((fact) => fact !== undefined).map(limitNote)
}

function burstNote(bursts: ReturnType<typeof baseBursts>): LimitNoteFacts | undefined {
  return bursts === undefined ? undefined : { code: 'slow-bursts', ...bursts }
}

/** Returns a note about error responses at the lowest rate, which the load does not cause. */
function errorNote(measured: readonly MeasuredTrial[], slo: LimitSlo): LimitNoteFacts | undefined {
  const open = measured.filter(({ outcome }) => isOpen(outcome))
  const [lowest] = open.toSorted((a, b) => a.outcome.rate - b.outcome.rate)
  if (lowest === undefined) return undefined
  const { rate, errors, errorRate } = lowest.outcome
  if (errors?.isAnswered !== true || errorRate <= slo.errorRate) return undefined
  const { statuses, requestsScheduled, errors: failed, dropped } = lowest.result
  const bySize = Object.entries(statuses).toSorted(([, a], [, b]) => b - a)
  return {
    code: 'error-responses',
    rateRps: rate,
    failed: failed + dropped,
    requests: requestsScheduled,
    errorClass: errors.class,
    statuses: bySize.slice(0, MAX_STATUSES).map(([status, count]) => ({ status, count })),
    first: errors.first,
  }
}

function collapseNote(measured: readonly MeasuredTrial[], low: Rps | null): LimitNoteFacts | undefined {
  const shown = shownCollapse(
    measured.map(({ outcome }) => outcome),
    low,
  )
  if (shown === undefined) return undefined
  const { rps, concurrency, bestRps, bestConcurrency } = shown
  return { code: 'collapse', saturatedRps: rps, concurrency, bestRps, bestConcurrency }
}

function disagreement(measured: readonly MeasuredTrial[]): LimitNoteFacts | undefined {
  const full = measured.map(({ outcome }) => outcome).filter(isFull)
  const { disagreeingRps: failedRps, lowestMissedRps } = capacityBounds(full)
  if (failedRps.length === 0) return undefined
  const held = full.filter(({ rate, verdict }) => verdict === 'pass' && rate >= lowestMissedRps)
  const heldRps = [...new Set(held.map(({ rate }) => rate))].toSorted((a, b) => a - b)
  return { code: 'trials-disagree', failedRps, heldRps }
}

function memoryNote(measured: readonly MeasuredTrial[]): LimitNoteFacts | undefined {
  const growth = searchMemoryGrowth(measured.map(({ result }) => result))
  return growth === undefined ? undefined : { code: 'memory-growth', ...growth }
}
