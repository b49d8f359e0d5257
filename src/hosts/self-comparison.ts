import { DEFAULT_METRICS } from '../judge/comparison/compare.ts'
import { metricNoise, pairNoise, type PairNoise } from '../judge/comparison/pair-noise.ts'
import {
  COMPARED_METRICS,
  type ComparedMetric,
  LOOK_PAIRS,
  MAX_EXCLUDED,
  type PairBlocks,
  pairsDurationMs,
  pairWarmUpMs,
} from '../model/comparison.ts'
import { countedPairs, hasFailedBaseline } from '../model/compared-values.ts'
import type { Comparison, LoadResult } from '../model/result.ts'
import type { Count, Ratio } from '../model/units.ts'
import { table, wrap } from '../report/page.ts'
import { durationOfPairs, exclusionSentence, METRIC_NAMES } from '../wording/comparison.ts'
import { formatChange, formatDuration, formatPercent, formatPlural } from '../wording/figures.ts'

/** Default tolerances of the matchers that do not take that of the plan. */
const DEFAULT_TOLERANCE: Readonly<Partial<Record<ComparedMetric, Ratio>>> = { throughput: 0.02 }

const MATCHERS: Readonly<Partial<Record<ComparedMetric, string>>> = {
  throughput: 'toSustainAsMuchAs',
  cpu: 'toUseNoMoreCpuThan',
}

/**
 * Returns what a comparison of a target with itself (`LOAD_AA=1`) shows: how noisy this machine is, and the tolerances
 * that fit. Undefined for any other run.
 */
export function selfComparisonNotice({ comparison, ended, plan }: LoadResult): string | undefined {
  // Without a commit, so not a branch that has no change yet.
  if (comparison?.isSelf !== true || comparison.commit !== undefined) return undefined
  const counted = countedPairs(comparison.pairs).length
  const isComplete = ended === 'completed'
  // A complete run with fewer pairs has a duration that allows no more, which the next run will have, too.
  const pairs = isComplete ? Math.min(counted, LOOK_PAIRS[2]) : LOOK_PAIRS[2]
  const head = `LOAD_AA=1: the target was compared with itself in ${formatPlural(counted, 'pair')} of blocks of ${formatDuration(comparison.blockMs)}, so every difference is noise.`
  const least = leastPairs(comparison, plan)
  const noise = pairNoise(comparison.pairs, DEFAULT_METRICS, pairs)
  const missing = noise === undefined ? whyUnknown(comparison, counted) : whyDisturbed(comparison)
  if (noise === undefined || missing !== undefined) return lines([head, ...(missing ?? [])])
  const rows = COMPARED_METRICS.flatMap((metric) => {
    const each = metricNoise(comparison.pairs, metric, { most: pairs, least })
    return each === undefined ? [] : [{ metric, ...each }]
  })
  const lengthOf = (count: Count): string =>
    formatDuration(pairWarmUpMs(plan.warmUpMs, comparison) + pairsDurationMs(count, comparison))
  const [shortest, longest] = [lengthOf(LOOK_PAIRS[0]), lengthOf(pairs)]
  return [
    wrap(head, 0),
    '',
    ...table(['metric', 'scatter', 'tolerance', 'smallest change'], rows.map(rowOf), [0]),
    '',
    wrap(
      'With the tolerance of its row, an equal version passes at least 9 of 10 comparisons, and the smallest change fails ' +
        `at least 9 of 10. ${shortest === longest ? `A comparison takes ${longest}` : `A comparison takes from ${shortest} to ${longest}: the smallest change may need all of it`}.` +
        (pairs > least ? ` ${othersSentence({ pairs, least }, comparison)}` : ''),
      0,
    ),
    ...(noise.bias === 0 ? [] : [wrap(biasSentence(noise), 0)]),
    '',
    ...advice(noise, rows),
  ].join('\n')
}

function lines(parts: readonly string[]): string {
  return parts.map((part) => wrap(part, 0)).join('\n')
}

/** Returns the problem and the remedy. */
function whyUnknown({ pairs }: Comparison, counted: Count): readonly string[] {
  if (hasFailedBaseline(pairs)) return FAILING
  if (counted < LOOK_PAIRS[0]) {
    return [
      `This machine's noise is unknown: ${formatPlural(counted, 'pair')} of at least ${LOOK_PAIRS[0]}${reasonOf(pairs)}.`,
      '→ omit the duration of the plan, and do not interrupt the run',
    ]
  }
  return FAILING
}

const FAILING = ["This machine's noise is unknown: some blocks have no successful request.", '→ fix the errors first']

/** As in a verdict, what excludes so many pairs may also have affected the others. */
function whyDisturbed({ pairs, excluded }: Comparison): readonly string[] | undefined {
  if (hasFailedBaseline(pairs)) return FAILING
  if (excluded <= MAX_EXCLUDED * pairs.length) return undefined
  return [
    `This machine is too busy for comparisons: ${excluded} of ${formatPlural(pairs.length, 'pair')} were disturbed${reasonOf(pairs)}.`,
    '→ stop other processes, or use a machine with less other load',
  ]
}

function reasonOf(pairs: Comparison['pairs']): string {
  const index = pairs.findIndex(({ excluded }) => excluded !== undefined)
  const excluded = pairs[index]?.excluded
  return excluded === undefined ? '' : ` (pair ${index + 1}: ${exclusionSentence(excluded)})`
}

type Row = PairNoise & { readonly metric: ComparedMetric }

function rowOf({ metric, scatter, tolerance, provable }: Row): readonly string[] {
  // Matchers accept no larger tolerance.
  if (tolerance > 1) return [METRIC_NAMES[metric], formatPercent(scatter), 'none', 'none']
  const change = metric === 'throughput' ? 1 / (1 + provable) : 1 + provable
  return [METRIC_NAMES[metric], formatPercent(scatter), formatPercent(tolerance), formatChange(change)]
}

/** Number of pairs that each run of the plan has. */
function leastPairs(blocks: PairBlocks, { looks }: LoadResult['plan']): Count {
  const minMs = looks?.minDurationMs ?? 0
  return LOOK_PAIRS.find((pairs) => pairsDurationMs(pairs, blocks) >= minMs) ?? LOOK_PAIRS[2]
}

function othersSentence(
  { pairs, least }: { readonly pairs: Count; readonly least: Count },
  blocks: PairBlocks,
): string {
  return (
    `The median and the mean decide when it ends, so the other rows are for ${least} pairs. For ${pairs}, write ` +
    `${durationOfPairs(pairs, blocks)}.`
  )
}

function biasSentence({ bias }: PairNoise): string {
  return (
    `Both copies of the target differed by ${formatPercent(bias)}, which is more than the scatter explains. The tolerance ` +
    'includes it; repeat the run to see whether it stays.'
  )
}

/** Returns what to paste. */
function advice(noise: PairNoise, rows: readonly Row[]): readonly string[] {
  if (noise.tolerance > 1) {
    return ['→ no tolerance helps here: use longer blocks, a higher rate or a quieter machine']
  }
  const others = rows.filter(({ metric, tolerance }) => {
    const given = DEFAULT_TOLERANCE[metric] ?? noise.tolerance
    return MATCHERS[metric] !== undefined && tolerance > given
  })
  return [
    'Paste into the plan:',
    `  comparison: { tolerance: ${noise.tolerance} },`,
    ...(others.length === 0 ? [] : ['and into its test:']),
    ...others.map(
      ({ metric, tolerance }) => `  expect(result).${MATCHERS[metric]}(baseline, { tolerance: ${tolerance} })`,
    ),
    wrap(
      `toBeNoSlowerThan then finds a service that is ${formatPercent(Math.ceil(1_000 * noise.provable) / 1_000)} slower.`,
      0,
    ),
  ]
}
