import { DEFAULT_METRICS } from '../../../judge/comparison/compare.ts'
import { metricNoise, pairNoise } from '../../../judge/comparison/pair-noise.ts'
import { CpuQuotaWatch } from '../../../measure/monitor/index.ts'
import { type ComparedMetric, MAX_EXCLUDED, pairsDurationMs, pairWarmUpMs } from '../../../model/comparison.ts'
import type { NoiseFigures } from '../../../model/machine-check.ts'
import type { LoadResult } from '../../../model/result.ts'
import type { Count, Ms, Rps } from '../../../model/units.ts'
import { resolvePlan } from '../../../plan/resolve-plan.ts'
import { PairedRun } from '../../../run/comparison/paired-run.ts'
import { vocabulary } from '../../../run/vocabulary.ts'
import { curveFrom } from '../../../traffic/patterns/index.ts'

export interface NoiseOptions {
  /** Number of pairs. */
  readonly pairs: Count
  /** Length of a block; may be shorter than a plan allows. */
  readonly blockMs: Ms
  readonly rate: Rps
  readonly maxConnections: Count
  readonly signal: AbortSignal
}

const SHOWN: readonly ComparedMetric[] = ['p50', 'mean', 'cpu']
const WARM_UP_MS: Ms = 1_000

/** Returns how long `measureNoise` takes. */
export function noiseMs(pairs: Count, blockMs: Ms): Ms {
  const blocks = { blockMs, mode: 'turns' } as const
  return pairWarmUpMs(WARM_UP_MS, blocks) + pairsDurationMs(pairs, blocks)
}

/**
 * Compares two equal servers side by side, which shows how much this machine makes equal servers differ. Null if the
 * signal aborts before a pair is complete.
 */
export async function measureNoise(
  [candidate, baseline]: readonly [string, string],
  { pairs, blockMs, rate, maxConnections, signal }: NoiseOptions,
): Promise<NoiseFigures | null> {
  if (signal.aborted) return null
  const plan = resolvePlan(
    {
      target: candidate,
      against: baseline,
      rate,
      maxConnections,
      warmUp: WARM_UP_MS,
      duration: pairsDurationMs(pairs, { blockMs: 1_000, mode: 'turns' }),
      comparison: { block: 1_000 },
      tracing: 'off',
    },
    vocabulary,
    { name: 'describe-load doctor', self: '1' },
  )
  if (plan.comparison === undefined) throw new TypeError('the plan has a comparison')
  const quota = new CpuQuotaWatch(process.pid)
  // A plan may not have blocks as short as these.
  const durationMs = pairs * blockMs
  const curve = plan.pattern && curveFrom(plan.pattern, { ...plan, durationMs })
  const run = new PairedRun(
    { ...plan, durationMs, curve },
    { ...plan.comparison, blockMs, maxPairs: pairs },
    { openBaseline: () => Promise.resolve({ target: baseline, isSelf: true }) },
  )
  const stop = (): void => void run.stop('interrupted')
  signal.addEventListener('abort', stop, { once: true })
  try {
    return noiseFigures(await run.result, { blockMs, rate, throttledRatio: quota.read()?.throttledRatio ?? null })
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** Returns what a comparison of equal servers shows; null without a complete pair. Without metrics if it was disturbed. */
export function noiseFigures(
  { comparison }: Pick<LoadResult, 'comparison'>,
  circumstances: Pick<NoiseFigures, 'blockMs' | 'rate' | 'throttledRatio'>,
): NoiseFigures | null {
  if (comparison === undefined || comparison.pairs.length === 0) return null
  const { pairs, excluded } = comparison
  // What disturbs so many pairs may also have affected the others.
  const counted = excluded > MAX_EXCLUDED * pairs.length ? [] : pairs
  const both = pairNoise(counted, DEFAULT_METRICS)
  return {
    ...circumstances,
    pairs: pairs.length,
    excluded,
    metrics: SHOWN.flatMap((metric) => {
      const noise = metricNoise(counted, metric)
      if (noise === undefined) return []
      const { scatter, tolerance, provable } = noise
      return [{ metric, scatter, tolerance, provable }]
    }),
    tolerance: both?.tolerance ?? null,
    provable: both?.provable ?? null,
  }
}
