import type { JudgedFigures, PhaseFigures } from '../../model/figures.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Ms } from '../../model/units.ts'
import { type ObservedRecovery, recoveryOf } from '../analysis/recovery.ts'
import { conclude } from './conclude.ts'
import { partOf } from './evidence.ts'
import type { JudgedVerdict } from './judged-verdict.ts'
import { matchingInDoubt } from './unsolicited.ts'
import { lagDecided, settle, shownFail, type Standing } from './validity.ts'
import { formatLimit, formatMs } from '../../wording/figures.ts'

const SMALL_SHARE = 0.1

/**
 * Judges whether the target recovered from an overload within a time. The overload is the phase named `overload` or
 * `stress`, or else the phase with the highest rate. The recovery phase follows it, and the baseline is the first
 * phase. `recoveryOf` defines when a target has recovered.
 */
export function recoveryVerdict(figures: JudgedFigures, run: LoadResult, limitMs: Ms): JudgedVerdict {
  const phases = phasesOf(run)
  const recovery = phases === undefined ? undefined : recoveryOf(run, phases)
  const subject = `recovery from the overload${partOf(figures, run)}`
  const within = `within ${formatLimit(limitMs)}`
  return conclude(
    {
      claim: `${subject} ${within}`,
      contrary: `no ${subject} ${within}`,
      observed: recovery === undefined ? 'not measured' : describe(recovery),
      causes: [],
    },
    phases === undefined || recovery === undefined ? missing(run) : standingOf(run, phases, recovery, limitMs),
    figures,
    run,
  )
}

function describe({ recovered, recoverMs, resolutionMs, watchedMs }: ObservedRecovery): string {
  const resolution = `resolution ${formatMs(resolutionMs)} ms`
  if (recovered === null) return 'a recovery phase that is too short'
  if (recoverMs === null) return `no recovery in the first ${formatMs(watchedMs)} ms (${resolution})`
  return recoverMs === 0 ? `immediate recovery (${resolution})` : `${formatMs(recoverMs)} ms (${resolution})`
}

function standingOf(run: LoadResult, phases: Phases, recovery: ObservedRecovery, limitMs: Ms): Standing {
  const doubted = matchingInDoubt(run)
  if (doubted !== undefined) return doubted
  const verdict = compare(recovery, limitMs)
  if (verdict === 'fail') {
    const ofTarget = recoveryOf(run, { ...phases, time: 'targetTime' })
    if (ofTarget !== undefined && compare(ofTarget, limitMs) === 'pass') {
      return lagDecided(phases.recovery, run, 'the recovery time', ofTarget.recoverMs)
    }
    return shownFail(phases.recovery, run, {
      // Lateness far below the resolution moves no recovery.
      limitMs: Math.min(limitMs, recovery.resolutionMs),
      failsOn: (_, late) => {
        const remaining = recoveryOf(run, { ...phases, time: 'targetTime', outside: late })
        return remaining !== undefined && compare(remaining, limitMs) === 'fail'
      },
    })
  }
  const delivered = withoutSmallLag(phases.recovery, limitMs)
  if (verdict === 'pass') return settle(delivered, run, { verdict, details: [] })
  const { recovered, recoverMs, resolutionMs } = recovery
  const seconds = phaseSecondsFor(recovered === null ? Math.max(limitMs, 1_000) : limitMs)
  return settle(
    delivered,
    run,
    recoverMs === 0
      ? {
          verdict,
          leaning: 'pass',
          reason: `this run cannot show a recovery faster than ${formatMs(resolutionMs)} ms`,
          details: ['shorten the recovery phase or raise its rate: both make the resolution finer'],
        }
      : {
          verdict,
          leaning: 'none',
          reason: 'the recovery phase is too short to show it',
          details: [
            `a recovery phase of ${seconds} s shows whether the target recovers within ${formatLimit(limitMs)}`,
          ],
        },
  )
}

/** Returns `pass` or `fail` only if the resolution and the length of the recovery phase allow it. */
function compare(
  { recoverMs, resolutionMs, watchedMs }: ObservedRecovery,
  limitMs: Ms,
): 'pass' | 'fail' | 'inconclusive' {
  if (recoverMs === 0) return limitMs < resolutionMs ? 'inconclusive' : 'pass'
  if (recoverMs !== null) return recoverMs <= limitMs ? 'pass' : 'fail'
  return limitMs < watchedMs ? 'fail' : 'inconclusive'
}

/**
 * Length in seconds of a recovery phase whose last three windows start after `limitMs`: a window is 20% of it, at most
 * 10 s.
 */
function phaseSecondsFor(limitMs: Ms): number {
  return Math.ceil(Math.min(limitMs / 0.7, limitMs + 15_000) / 1_000)
}

/** Removes a schedule lag far below the limit, because it neither hides nor delays a recovery. */
function withoutSmallLag(recovery: PhaseFigures, limitMs: Ms): PhaseFigures {
  const { scheduleLag } = recovery
  const isSmall = scheduleLag.p99Ms !== undefined && scheduleLag.p99Ms <= SMALL_SHARE * limitMs
  return isSmall ? { ...recovery, scheduleLag: { count: 0 } } : recovery
}

interface Phases {
  readonly baseline: PhaseFigures
  readonly recovery: PhaseFigures
}

/** Undefined if the run has no overload with a phase before it and one after it. */
function phasesOf({ phases }: LoadResult): Phases | undefined {
  const inOrder = Object.values(phases).toSorted((a, b) => a.startMs - b.startMs)
  const highest = inOrder.reduce<PhaseFigures | undefined>(
    (found, phase) => (found === undefined || phase.offeredRps > found.offeredRps ? phase : found),
    undefined,
  )
  const overload = phases['overload'] ?? phases['stress'] ?? highest
  const [baseline] = inOrder
  const recovery = overload && inOrder[inOrder.indexOf(overload) + 1]
  return baseline === undefined || baseline === overload || recovery === undefined ? undefined : { baseline, recovery }
}

function missing(run: LoadResult): Standing {
  return {
    verdict: 'invalid',
    reason:
      phasesOf(run) === undefined
        ? 'the run has no overload phase with a phase before it and one after it'
        : 'the target responded to no request in the first phase',
    invalid: { code: 'no-recovery-phases' },
    details: [
      "set pattern: sequence(constant({ name: 'baseline', … }), constant({ name: 'overload', … }), constant({ name: 'recovery', … }))",
    ],
  }
}
