import type { JudgedFigures, LoadResult, PhaseFigures } from '../../model/result.ts'
import type { Ms } from '../../model/units.ts'
import { recoveryOf } from '../analysis/recovery.ts'
import { conclude } from './conclude.ts'
import { partOf } from './evidence.ts'
import type { JudgedVerdict } from './judged-verdict.ts'
import type { Standing } from './validity.ts'
import { wordMs } from './wording.ts'

/** Of the recovery phase; a window is 10 s long where there is time for it. */
const WINDOW_SHARE = 0.2
const LONGEST_WINDOW_MS: Ms = 10_000

/**
 * Was the target itself again within so much time after an overload? The overload is the phase of this name (or `stress`),
 * else the one with the highest rate; the recovery is the one after it, and the baseline the first phase. Itself again: a sliding window not significantly above
 * 1.1 × the baseline's p95, three times running.
 */
export function recoveryVerdict(figures: JudgedFigures, run: LoadResult, limitMs: Ms): JudgedVerdict {
  const found = phasesOf(run)
  const recovery = typeof found === 'string' ? undefined : recoveryOf(run, found)
  const subject = `recovery from the overload${partOf(figures, run)}`
  const within = `within ${wordMs(limitMs)} ms`
  return conclude(
    {
      claim: `${subject} ${within}`,
      contrary: `no ${subject} ${within}`,
      observed:
        recovery === undefined
          ? 'nothing to recover from'
          : recovery.recoverMs === null
            ? 'no recovery while it was watched'
            : `${wordMs(recovery.recoverMs)} ms`,
      causes: [],
    },
    standingOf(found, recovery, limitMs),
    figures,
    run,
  )
}

function standingOf(
  found: ReturnType<typeof phasesOf>,
  recovery: ReturnType<typeof recoveryOf> | undefined,
  limitMs: Ms,
): Standing {
  if (typeof found === 'string' || recovery === undefined) {
    return {
      verdict: 'invalid',
      reason: typeof found === 'string' ? found : 'nothing was measured',
      details: [
        "pattern: sequence(constant({ name: 'baseline', … }), constant({ name: 'overload', … }), constant({ name: 'recovery', … }))",
      ],
    }
  }
  if (recovery.recoverMs !== null) return { verdict: recovery.recoverMs <= limitMs ? 'pass' : 'fail', details: [] }
  if (recovery.recovered === null) {
    return {
      verdict: 'inconclusive',
      reason: 'cannot be told: the recovery phase is too short for three windows',
      details: [],
    }
  }
  return found.watchedMs > limitMs
    ? { verdict: 'fail', details: [] }
    : {
        verdict: 'inconclusive',
        reason: `cannot be told: it was watched for ${wordMs(found.watchedMs)} ms only`,
        details: [],
      }
}

type Watched = Parameters<typeof recoveryOf>[1] & { readonly watchedMs: Ms }

/** What to hold against what; a text where the run has no overload with something before and after it. */
function phasesOf({ phases }: LoadResult): Watched | string {
  const inOrder = Object.values(phases).toSorted((a, b) => a.startMs - b.startMs)
  const highest = inOrder.reduce<PhaseFigures | undefined>(
    (most, phase) => (most === undefined || phase.offeredRps > most.offeredRps ? phase : most),
    undefined,
  )
  const overload = phases['overload'] ?? phases['stress'] ?? highest
  const [baseline] = inOrder
  const recovery = overload && inOrder[inOrder.indexOf(overload) + 1]
  if (overload === undefined || baseline === undefined || baseline === overload || recovery === undefined) {
    return 'the run has no phase of overload with one before and one after it'
  }
  if (!('p95Ms' in baseline.responseTime)) return 'nothing was answered in the first phase'
  const watchedMs = recovery.endMs - recovery.startMs
  return {
    overloadEndMs: recovery.startMs,
    baselineP95Ms: baseline.responseTime.p95Ms,
    windowMs: Math.min(LONGEST_WINDOW_MS, WINDOW_SHARE * watchedMs),
    watchedMs,
  }
}
