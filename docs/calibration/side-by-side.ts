/**
 * Simulates comparisons side by side, and counts their verdicts (`src/judge/comparison/looks.ts`):
 * `npx node docs/calibration/side-by-side.ts [RUNS]`, 3 000 comparisons of each case by default.
 */
import { decideAt, plannedQuestion } from '../../src/judge/comparison/compare.ts'
import { comparedErrors } from '../../src/judge/comparison/compared-errors.ts'
import { type FailingService, failingPairs } from '../../src/judge/comparison/failing-pairs.builder.ts'
import { decide, LOOKS } from '../../src/judge/comparison/looks.ts'
import { drawPair, heavyTailed } from '../../src/judge/comparison/simulated-pairs.builder.ts'
import { seeded } from '../../src/judge/verdict/simulated-services.builder.ts'
import { shiftOf } from '../../src/judge/verdict/statistics/hodges-lehmann.ts'

const RUNS = Number(process.argv[2] ?? 3_000)
const SCATTERS = [0.02, 0.04, 0.08, 0.15]
const CASES = [
  { tolerance: 0.05, factors: [1, 1.05, 1.15, 1.3] },
  { tolerance: 0.1, factors: [1, 1.1, 1.15, 1.3] },
]
/** Correlation of the differences of the median and of the mean. */
const CORRELATION = 0.8

interface Outcome {
  readonly verdict: 'pass' | 'fail' | 'leans to pass' | 'leans to fail'
  readonly pairs: number
}

function compare(factor: number, scatter: number, tolerance: number, random: () => number): Outcome {
  const metrics = { draw: heavyTailed, scatter, correlation: CORRELATION, count: 2 }
  const differences: [number[], number[]] = [[], []]
  const margin = Math.log(1 + tolerance)
  for (const look of LOOKS) {
    while (differences[0].length < look.pairs) {
      const [median = 0, mean = 0] = drawPair(factor, metrics, random)
      differences[0].push(median)
      differences[1].push(mean)
    }
    const decided = decide(differences, margin, look)
    if (decided !== undefined) return { verdict: decided, pairs: look.pairs }
  }
  const worst = Math.max(...differences.map((each) => shiftOf(each, 0.05).estimate))
  return { verdict: worst > margin ? 'leans to fail' : 'leans to pass', pairs: differences[0].length }
}

function cellOf(outcomes: readonly Outcome[]): string {
  const share = (...verdicts: readonly Outcome['verdict'][]): string => {
    const count = outcomes.filter(({ verdict }) => verdicts.includes(verdict)).length
    return `${((100 * count) / outcomes.length).toFixed(1)}%`
  }
  const pairs = outcomes.reduce((sum, outcome) => sum + outcome.pairs, 0) / outcomes.length
  return `${share('fail')} / ${share('leans to fail')} / ${share('leans to pass')} / ${share('pass')} (${pairs.toFixed(1)})`
}

for (const { tolerance, factors } of CASES) {
  console.log(`Tolerance ${100 * tolerance}%:\n`)
  console.log(`| scatter | ${factors.map((factor) => `+${Math.round(100 * (factor - 1))}%`).join(' | ')} |`)
  console.log(`| --- |${factors.map(() => ' --- |').join('')}`)
  for (const [row, scatter] of SCATTERS.entries()) {
    const cells = factors.map((factor, column) => {
      const random = seeded(1 + 100 * row + column)
      return cellOf(Array.from({ length: RUNS }, () => compare(factor, scatter, tolerance, random)))
    })
    console.log(`| ${100 * scatter}% | ${cells.join(' | ')} |`)
  }
  console.log()
}

/** Services that fail some of their requests, and how the candidate's share differs. */
const FAILING: readonly (readonly [name: string, FailingService])[] = [
  ['0%', { share: 0 }],
  ['0.1%', { share: 0.001 }],
  ['1%', { share: 0.01 }],
  ['5%', { share: 0.05 }],
  ['20%', { share: 0.2 }],
  ['1%, in outages of 30 requests', { share: 0.01, burst: 30 }],
  ['5%, in outages of 30 requests', { share: 0.05, burst: 30 }],
]
const INCREASES = [0, 0.003, 0.01, 0.05, 0.3]

/** Compares the shares of failed requests at each look. */
function compareErrors(
  baseline: FailingService,
  increase: number,
  random: () => number,
): 'red' | 'leans' | 'not shown' {
  const pairs = failingPairs({ ...baseline, share: baseline.share + increase }, baseline, random)
  for (const { pairs: count } of LOOKS) if (comparedErrors(pairs.slice(0, count)).isMore) return 'red'
  const { verdict } = decideAt(pairs, plannedQuestion(0.05))
  return verdict === 'inconclusive' ? 'leans' : 'not shown'
}

console.log('Failed requests:\n')
console.log(`| baseline fails | ${INCREASES.map((increase) => `+${100 * increase}`).join(' | ')} |`)
console.log(`| --- |${INCREASES.map(() => ' --- |').join('')}`)
for (const [row, [name, service]] of FAILING.entries()) {
  const cells = INCREASES.map((increase, column) => {
    const random = seeded(10_001 + 100 * row + column)
    const outcomes = Array.from({ length: RUNS }, () => compareErrors(service, increase, random))
    const share = (of: string): string =>
      `${((100 * outcomes.filter((outcome) => outcome === of).length) / RUNS).toFixed(1)}%`
    return `${share('red')} / ${share('leans')}`
  })
  console.log(`| ${name} | ${cells.join(' | ')} |`)
}
