import type { JudgedFigures } from '../../model/figures.ts'
import type { LoadResult, TargetSample } from '../../model/result.ts'
import type { Ms } from '../../model/units.ts'
import { conclude } from './conclude.ts'
import { MIN_BATCHES } from './design-effect.ts'
import { partOf } from './evidence.ts'
import type { JudgedVerdict } from './judged-verdict.ts'
import { median } from './statistics/median.ts'
import { neweyWestSlope } from './statistics/newey-west.ts'
import { studentQuantile } from './statistics/student.ts'
import { settle, type Standing } from './validity.ts'
import { optionWords } from '../../wording/option-words.ts'
import { formatCpu, formatDuration, formatMb, formatNumber } from '../../wording/figures.ts'

/** Significance level of a slope, the same as for the number in flight. */
const DOUBT = 0.01
/** Share of the run that is ignored: a heap fills before its first garbage collection. */
const SETTLING = 1 / 3
/** Growth below either of these is the normal variation of a heap. */
const LEAST_GROWTH_MB = 8
const LEAST_GROWTH_SHARE = 0.05
/**
 * Robust standard deviations beyond which a rise is an outlier: once in millions if the rises are normally distributed.
 */
const OUTLYING = 5

type Used = 'cpuPercent' | 'rssMb'

/**
 * Judges whether the target stayed below a limit in every sample: one per second, longer ones after 10 minutes. The verdict is an observation of
 * this run. It ignores the first second if there are others, because that sample also covers the start of the run.
 */
export function targetUseVerdict(
  figures: JudgedFigures,
  run: LoadResult,
  { used, limit }: { readonly used: Used; readonly limit: number },
): JudgedVerdict {
  const { subject, format } = WORDS[used]
  const samples = samplesOf(figures, run)
  const seen = samples.flatMap((sample) => sample[used] ?? [])
  const highest = Math.max(...seen)
  const claim = `${subject}${partOf(figures, run)}`
  const standing: Standing =
    seen.length === 0
      ? unwatched(run)
      : highest < limit
        ? { verdict: 'pass', details: [] }
        : { verdict: 'fail', details: [] }
  return conclude(
    {
      claim: `${claim} below ${format(limit)}`,
      contrary: `${claim} not below ${format(limit)}`,
      observed:
        seen.length === 0 ? 'not measured' : `at most ${format(highest)} in ${formatDuration(lengthOf(run, samples))}`,
      causes: [],
    },
    seen.length === 0 ? standing : settle(figures, run, standing),
    figures,
    run,
  )
}

const WORDS = {
  cpuPercent: { subject: 'CPU of the target', format: formatCpu },
  rssMb: { subject: 'memory of the target', format: formatMb },
} as const satisfies Record<Used, { readonly subject: string; readonly format: (used: number) => string }>

export interface MemoryGrowth {
  readonly mbPerMinute: number
  /** 99% interval of `mbPerMinute`. */
  readonly interval: readonly [low: number, high: number]
  /** Growth by the slope, over the judged time. */
  readonly mb: number
  /** Times of the first and the last judged sample. */
  readonly judged: { readonly fromMs: Ms; readonly toMs: Ms }
  /** Single step that is not part of the slope; 0 if no rise is an outlier. */
  readonly stepMb: number
  readonly shown: boolean
  /** Even the upper end of the interval is below the minimum growth. */
  readonly excluded: boolean
}

/**
 * Measures the growth of the target's memory: the slope over the last two thirds of the samples with Newey–West errors,
 * significant at 99% and at least 8 MB and 5%. A single step, when the runtime enlarges the heap, is not part of the
 * slope. Growth is excluded only if slope and step together stay below the minimum, because the step may be the first
 * of a leak in portions. Undefined with fewer than 20 samples.
 */
export function memoryGrowthOf(samples: readonly TargetSample[]): MemoryGrowth | undefined {
  const settled = samples
    .slice(Math.floor(samples.length * SETTLING))
    .flatMap(({ atMs, rssMb }) => (rssMb === null ? [] : [{ atMs, rssMb }]))
  const [first] = settled
  const last = settled.at(-1)
  if (first === undefined || last === undefined || settled.length < MIN_BATCHES) return undefined
  const { memory, stepMb } = withoutStep(settled.map(({ rssMb }) => rssMb))
  const { perStep, error } = neweyWestSlope(memory)
  const margin = studentQuantile(1 - DOUBT / 2, settled.length - 2) * error
  const steps = settled.length - 1
  const perMinute = (slope: number): number => (60_000 * slope * steps) / Math.max(1, last.atMs - first.atMs)
  const least = Math.max(LEAST_GROWTH_MB, LEAST_GROWTH_SHARE * first.rssMb)
  return {
    mbPerMinute: perMinute(perStep),
    interval: [perMinute(perStep - margin), perMinute(perStep + margin)],
    mb: perStep * steps,
    judged: { fromMs: first.atMs, toMs: last.atMs },
    stepMb,
    shown: perStep - margin > 0 && perStep * steps >= least,
    excluded: (perStep + margin) * steps + stepMb < least,
  }
}

/**
 * Returns the series without its largest rise if that rise is an outlier by Hampel's rule (more than `OUTLYING` robust
 * standard deviations above the median). Removes only one rise: a leak in portions has many.
 */
function withoutStep(memory: readonly number[]): { readonly memory: readonly number[]; readonly stepMb: number } {
  const rises = memory.slice(1).map((mb, index) => mb - (memory[index] ?? 0))
  const usual = median(rises)
  const step = Math.max(...rises)
  const deviation = 1.4826 * median(rises.map((rise) => Math.abs(rise - usual)))
  const stepMb = step - usual
  if (stepMb <= OUTLYING * deviation) return { memory, stepMb: 0 }
  const at = rises.indexOf(step) + 1
  return { memory: memory.map((mb, index) => (index < at ? mb : mb - stepMb)), stepMb }
}

/** Judges whether the target's memory did not grow. */
export function memoryGrowthVerdict(figures: JudgedFigures, run: LoadResult): JudgedVerdict {
  const samples = samplesOf(figures, run)
  const growth = memoryGrowthOf(samples)
  const subject = `growth of the target's memory${partOf(figures, run)}`
  return conclude(
    {
      claim: `no ${subject}`,
      contrary: subject,
      observed:
        growth === undefined
          ? `${samples.filter(({ rssMb }) => rssMb !== null).length} samples`
          : `${formatMb(growth.mbPerMinute)} per minute (99% interval ${formatNumber(growth.interval[0])} to ${formatNumber(growth.interval[1])})`,
      causes: growth === undefined ? [] : causesOf(growth),
    },
    growthStanding(figures, run, growth, samples),
    figures,
    run,
  )
}

function causesOf({ mb, stepMb }: MemoryGrowth): readonly string[] {
  const steadily = `memory grew by ${formatMb(mb)} after the first third of the run`
  return [stepMb === 0 ? steadily : `${steadily}, and by ${formatMb(stepMb)} in a single step`]
}

function growthStanding(
  figures: JudgedFigures,
  run: LoadResult,
  growth: MemoryGrowth | undefined,
  samples: readonly TargetSample[],
): Standing {
  if (samples.every(({ rssMb }) => rssMb === null)) return unwatched(run)
  if (growth === undefined) {
    return settle(figures, run, {
      verdict: 'inconclusive',
      reason: 'is not proven: the run is too short',
      details: [
        `the verdict needs ${MIN_BATCHES} samples, one per second, after the first third of the run: ${growthRunOption()}`,
      ],
    })
  }
  if (growth.shown) return { verdict: 'fail', details: [] }
  if (growth.excluded) return settle(figures, run, { verdict: 'pass', details: [] })
  return settle(figures, run, {
    verdict: 'inconclusive',
    reason: 'is not proven: memory varied by as much as it may have grown',
    details: ['run longer: a leak continues to grow, normal variation does not'],
  })
}

/** The samples that a verdict needs take 31 s. A busy target can lose some of them. */
const GROWTH_RUN_S = 40

function growthRunOption(): string {
  return optionWords({ plan: `duration: '${GROWTH_RUN_S}s'`, command: `-d ${GROWTH_RUN_S}s` })
}

/**
 * Returns the samples of the judged part of the run. A sample is stamped at the end of the time that it covers, and
 * belongs to the part if at least half of that time does.
 */
function samplesOf(figures: JudgedFigures, { target: { samples } }: LoadResult): readonly TargetSample[] {
  const { startMs = 0, endMs = Number.POSITIVE_INFINITY } = figures as { readonly startMs?: Ms; readonly endMs?: Ms }
  const within = samples.filter(({ atMs }, index) => {
    const fromMs = samples[index - 1]?.atMs ?? 0
    return 2 * (Math.min(atMs, endMs) - Math.max(fromMs, startMs)) >= atMs - fromMs
  })
  return within.length > 1 && startMs === 0 ? within.slice(1) : within
}

/** Returns the time that some consecutive samples of a run cover, in whole seconds. */
function lengthOf({ target }: LoadResult, samples: readonly TargetSample[]): Ms {
  const [first] = samples
  const before = first === undefined ? -1 : target.samples.indexOf(first) - 1
  const fromMs = target.samples[before]?.atMs ?? 0
  return 1_000 * Math.max(1, Math.round(((samples.at(-1)?.atMs ?? 0) - fromMs) / 1_000))
}

function unwatched({ target }: LoadResult): Standing {
  return {
    verdict: 'invalid',
    reason: 'the target was not monitored',
    invalid: { code: 'not-monitored' },
    details: [
      target.unwatched ?? 'the monitor took no sample: run for longer than one second',
      'set monitor to { pid }, { port } or { openMetrics } in the plan',
    ],
  }
}
