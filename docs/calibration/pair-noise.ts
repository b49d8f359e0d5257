/**
 * Simulates how many scatters of its pairs a comparison needs, and checks the recommendations that are made from them
 * (`src/judge/comparison/pair-noise.ts`): `npx node docs/calibration/pair-noise.ts [RUNS]`, 3 000 of each case by
 * default.
 */
import { pairsOf } from '../../src/judge/comparison/comparison.builder.ts'
import { decide, LOOKS } from '../../src/judge/comparison/looks.ts'
import { pairNoise } from '../../src/judge/comparison/pair-noise.ts'
import {
  disturbed,
  drawPair,
  heavyTailed,
  laplace,
  normal,
} from '../../src/judge/comparison/simulated-pairs.builder.ts'
import { seeded } from '../../src/judge/verdict/simulated-services.builder.ts'
import { shiftOf } from '../../src/judge/verdict/statistics/hodges-lehmann.ts'

const RUNS = Number(process.argv[2] ?? 3_000)
const DRAWS = {
  normal,
  't, 3 degrees of freedom': heavyTailed,
  Laplace: laplace,
  'normal, a tenth 4 times wider': disturbed,
}
/** Number of metrics, and their correlation. */
const FAMILIES = [
  { count: 1, correlation: 1 },
  { count: 2, correlation: 0.8 },
  { count: 2, correlation: 0.3 },
]
const OBSERVED = [8, 14, 20]
const SCATTERS = [0.01, 0.03, 0.1]

type Random = () => number
type Metrics = Parameters<typeof drawPair>[1]

/** Returns the differences of `pairs` pairs by metric. */
function draw(pairs: number, factor: number, metrics: Metrics, random: Random): readonly (readonly number[])[] {
  const drawn = Array.from({ length: pairs }, () => drawPair(factor, metrics, random))
  return Array.from({ length: metrics.count }, (_, metric) => drawn.map((pair) => pair[metric] ?? 0))
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1))
}

/** Returns the margins that one comparison of equal versions would have needed to pass, and to fail. */
function neededMargins(
  pairs: number,
  metrics: Metrics,
  random: Random,
): { readonly pass: number; readonly fail: number } {
  const differences = draw(pairs, 1, metrics, random)
  let [pass, fail] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (const look of LOOKS.filter((each) => each.pairs <= pairs)) {
    const soFar = differences.map((each) => each.slice(0, look.pairs))
    pass = Math.min(pass, Math.max(...soFar.map((each) => shiftOf(each, look.pass).high)))
    fail = Math.min(fail, -Math.max(...soFar.map((each) => shiftOf(each, look.fail / metrics.count).low)))
  }
  return { pass, fail }
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? Number.NaN
}

function compare(pairs: number, tolerance: number, factor: number, metrics: Metrics, random: Random): string {
  const differences = draw(pairs, factor, metrics, random)
  for (const look of LOOKS.filter((each) => each.pairs <= pairs)) {
    const soFar = differences.map((each) => each.slice(0, look.pairs))
    const decided = decide(soFar, Math.log(1 + tolerance), look)
    if (decided !== undefined) return decided
  }
  return 'inconclusive'
}

console.log('Margins in scatters that 90% of the comparisons need, pass / fail:\n')
const cases = OBSERVED.flatMap((observed) =>
  OBSERVED.filter((pairs) => pairs >= observed).map((pairs) => ({ observed, pairs })),
)
console.log(
  `| differences | metrics | ${cases.map(({ observed, pairs }) => `${observed} seen, ${pairs} pairs`).join(' | ')} |`,
)
console.log(`| --- | --- |${cases.map(() => ' --- |').join('')}`)
for (const [name, each] of Object.entries(DRAWS)) {
  for (const family of FAMILIES) {
    const cells = cases.map(({ observed, pairs }, column) => {
      const random = seeded(1 + column)
      const metrics = { draw: each, scatter: 1, ...family }
      const needed = Array.from({ length: RUNS }, () => {
        const scatter = Math.max(...draw(observed, 1, metrics, random).map(deviation))
        const { pass, fail } = neededMargins(pairs, metrics, random)
        return { pass: pass / scatter, fail: fail / scatter }
      })
      const of = (key: 'pass' | 'fail'): string =>
        quantile(
          needed.map((margins) => margins[key]),
          0.9,
        ).toFixed(2)
      return `${of('pass')} / ${of('fail')}`
    })
    console.log(
      `| ${name} | ${family.count === 1 ? '1' : `2, correlation ${family.correlation}`} | ${cells.join(' | ')} |`,
    )
  }
}

console.log(
  '\nVerdicts of comparisons with the recommended tolerance: equal version red / green, smallest change red:\n',
)
console.log(
  `| differences | scatter | ${cases.map(({ observed, pairs }) => `${observed} seen, ${pairs} pairs`).join(' | ')} |`,
)
console.log(`| --- | --- |${cases.map(() => ' --- |').join('')}`)
const [, family] = FAMILIES
for (const [name, each] of Object.entries(DRAWS)) {
  for (const scatter of SCATTERS) {
    const cells = cases.map(({ observed, pairs }, column) => {
      const random = seeded(101 + column)
      const metrics = { draw: each, scatter, count: 2, correlation: family?.correlation ?? 0 }
      const verdicts = Array.from({ length: RUNS }, () => {
        const [p50 = [], mean = []] = draw(observed, 1, metrics, random)
        const ofItself = pairsOf(
          p50.map((d, pair) => ({
            candidate: { ms: 10 * Math.exp(d), meanMs: 10 * Math.exp(mean[pair] ?? 0) },
            baseline: { ms: 10, meanMs: 10 },
          })),
        )
        const noise = pairNoise(ofItself, ['p50', 'mean'], pairs)
        if (noise === undefined) throw new TypeError('enough pairs')
        return {
          equal: compare(pairs, noise.tolerance, 1, metrics, random),
          slower: compare(pairs, noise.tolerance, 1 + noise.provable, metrics, random),
        }
      })
      const share = (key: 'equal' | 'slower', verdict: string): string =>
        `${((100 * verdicts.filter((one) => one[key] === verdict).length) / RUNS).toFixed(1)}%`
      return `${share('equal', 'fail')} / ${share('equal', 'pass')}, ${share('slower', 'fail')}`
    })
    console.log(`| ${name} | ${100 * scatter}% | ${cells.join(' | ')} |`)
  }
}
