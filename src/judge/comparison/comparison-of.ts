import type { ComparedPair } from '../../model/comparison.ts'
import type { Comparison } from '../../model/result.ts'
import { decideAt } from './compare.ts'
import { countedPairs } from './pair-differences.ts'

type Circumstances = Omit<Comparison, 'pairs' | 'excluded' | 'metric' | 'ratio' | 'interval' | 'verdict' | 'leaning'>

/** Returns a comparison with what its pairs show at its tolerance. */
export function comparisonOf(pairs: readonly ComparedPair[], circumstances: Circumstances): Comparison {
  const { verdict, leaning, worst } = decideAt(pairs, circumstances.tolerance)
  return {
    ...circumstances,
    pairs,
    excluded: pairs.length - countedPairs(pairs).length,
    metric: worst?.metric ?? null,
    ratio: worst?.ratio ?? null,
    interval: worst?.interval ?? null,
    verdict,
    ...(leaning !== undefined && { leaning }),
  }
}
