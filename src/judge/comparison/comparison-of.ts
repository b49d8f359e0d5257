import { COMPARED_METRICS, type ComparedChange, type ComparedPair, type ComparedPart } from '../../model/comparison.ts'
import { countedPairs, type Part } from '../../model/compared-values.ts'
import type { Comparison } from '../../model/result.ts'
import { changeOf, decideAt, type MetricChange, plannedQuestion } from './compare.ts'
import { comparedErrors } from './compared-errors.ts'
import { typicalValues } from './pair-differences.ts'

type Circumstances = Pick<
  Comparison,
  'looks' | 'blockMs' | 'discardMs' | 'mode' | 'tolerance' | 'commit' | 'isSelf' | 'baseline'
>

/** Returns a comparison with what its pairs show at its tolerance. */
export function comparisonOf(pairs: readonly ComparedPair[], circumstances: Circumstances): Comparison {
  const { verdict, leaning, worst } = decideAt(pairs, plannedQuestion(circumstances.tolerance))
  const names = new Set(
    pairs.flatMap(({ candidate, baseline }) => Object.keys({ ...candidate.operations, ...baseline.operations })),
  )
  return {
    ...circumstances,
    pairs,
    excluded: pairs.length - countedPairs(pairs).length,
    metric: worst?.metric ?? null,
    ratio: worst?.ratio ?? null,
    interval: worst?.interval ?? null,
    verdict,
    ...(leaning !== undefined && { leaning }),
    ...partOf(pairs, undefined),
    operations: Object.fromEntries([...names].map((name) => [name, partOf(pairs, name)])),
  }
}

function partOf(pairs: readonly ComparedPair[], part: Part): ComparedPart {
  return {
    changes: COMPARED_METRICS.flatMap((metric) => {
      const change = changeOf(pairs, metric, part)
      return change === undefined ? [] : [comparedChange(pairs, change, part)]
    }),
    errors: comparedErrors(pairs, 0, part),
  }
}

/** Returns a change as results keep it: candidate divided by baseline, and null for what JSON cannot contain. */
export function comparedChange(
  pairs: readonly ComparedPair[],
  { metric, ratio, interval }: MetricChange,
  part: Part,
): ComparedChange {
  const { candidate, baseline } = typicalValues({ pairs }, metric, part)
  const isInverse = metric === 'throughput'
  const shown = (value: number): number | null => finite(isInverse ? 1 / value : value)
  const [low, high] = interval ?? []
  return {
    metric,
    candidate: finite(candidate),
    baseline: finite(baseline),
    ratio: shown(ratio),
    interval:
      low === undefined || high === undefined
        ? null
        : isInverse
          ? [shown(high), shown(low)]
          : [shown(low), shown(high)],
  }
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
