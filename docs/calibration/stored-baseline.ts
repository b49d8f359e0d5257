/**
 * Simulates `toNotRegressFrom` and prints how often it is red and green, beside two simpler rules:
 * `npx node docs/calibration/stored-baseline.ts [comparisons]`. It takes about a minute.
 */
import { compareWithStored, type RunValue, type StoredComparison } from '../../src/judge/comparison/stored-interval.ts'
import { randomOf } from '../../src/judge/verdict/queue.builder.ts'

const COMPARISONS = Number(process.argv[2] ?? 2_000)
const random = randomOf(7)
const HOUR_MS = 3_600_000

/** Share of the variance of a run that all runs of a session share. */
const SHARED = 0.7

/** Stored and new runs, and the sessions in which they were measured. */
interface Design {
  readonly stored: number
  readonly sessions: number
  readonly fresh: number
  /** The new runs belong to the last session of the stored ones. */
  readonly isSameSession?: boolean
}

/** How much runs of the same code differ: the standard deviation of a run, as a share of its value. */
interface Noise {
  readonly scatter: number
  readonly draw: () => number
}

type Outcome = 'fail' | 'pass' | 'leans to pass' | 'other'
type Rule = (stored: readonly RunValue[], fresh: readonly RunValue[], tolerance: number) => Outcome

function normal(): number {
  return Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random())
}

/** Student's t with three degrees of freedom, with variance 1: an occasional run is far off. */
function heavy(): number {
  const chi = normal() ** 2 + normal() ** 2 + normal() ** 2
  return normal() / Math.sqrt(chi)
}

function outcomeOf({ verdict, leaning }: Pick<StoredComparison, 'verdict' | 'leaning'>): Outcome {
  if (verdict === 'inconclusive') return leaning === 'pass' ? 'leans to pass' : 'other'
  return verdict
}

const shipped: Rule = (stored, fresh, tolerance) =>
  outcomeOf(compareWithStored(stored, fresh, { tolerance, confidence: 0.98 }))

/** Red if the only new run is above the newest stored one by more than the tolerance. */
const oneToOne: Rule = (stored, fresh, tolerance) =>
  (fresh[0]?.value ?? 0) > (stored.at(-1)?.value ?? 0) * (1 + tolerance) ? 'fail' : 'pass'

/** Red if the new runs are above the stored ones by Mann–Whitney's test (p < 0.02) and by more than the tolerance. */
const mannWhitney: Rule = (stored, fresh, tolerance) => {
  const above = fresh.flatMap((run) => stored.filter(({ value }) => run.value > value)).length
  const ratio = Math.exp(meanLog(fresh) - meanLog(stored))
  return chanceOfAbove(stored.length, fresh.length, above) < 0.02 && ratio > 1 + tolerance ? 'fail' : 'pass'
}

function meanLog(runs: readonly RunValue[]): number {
  return runs.reduce((total, { value }) => total + Math.log(value), 0) / runs.length
}

/** Exact probability of at least `above` of the n·m pairs in order, if the runs are interchangeable. */
function chanceOfAbove(n: number, m: number, above: number): number {
  return orders(n, m)
    .slice(above)
    .reduce((total, chance) => total + chance, 0)
}

const known = new Map<string, readonly number[]>()

function orders(n: number, m: number): readonly number[] {
  const key = `${n} ${m}`
  let chances = known.get(key)
  if (chances === undefined) {
    const all = Array.from({ length: n * m + 1 }, () => 0)
    if (n === 0 || m === 0) all[0] = 1
    else {
      for (const [count, chance] of orders(n - 1, m).entries()) all[count + m] = (chance * n) / (n + m)
      for (const [count, chance] of orders(n, m - 1).entries()) all[count] = (all[count] ?? 0) + (chance * m) / (n + m)
    }
    chances = all
    known.set(key, chances)
  }
  return chances
}

function runsOf(count: number, effects: readonly number[], { scatter, draw }: Noise, firstMs: number): RunValue[] {
  return Array.from({ length: count }, (_, index) => {
    const session = Math.floor((index * effects.length) / count)
    const log = (effects[session] ?? 0) + scatter * Math.sqrt(1 - SHARED) * draw()
    return { value: 10 * Math.exp(log), startMs: firstMs + session * 24 * HOUR_MS + index * 60_000 }
  })
}

/** Returns the share of each outcome, in percent. */
function shares(rule: Rule, design: Design, noise: Noise, tolerance: number, change: number): (key: Outcome) => number {
  const counts = new Map<Outcome, number>()
  const effect = (): number => noise.scatter * Math.sqrt(SHARED) * noise.draw()
  for (let i = 0; i < COMPARISONS; i++) {
    const effects = Array.from({ length: design.sessions }, effect)
    const stored = runsOf(design.stored, effects, noise, 0)
    const isSame = design.isSameSession === true
    const last = effects.at(-1) ?? 0
    const fresh = runsOf(design.fresh, [isSame ? last : effect()], noise, isSame ? HOUR_MS / 4 : 1_000 * HOUR_MS)
    const slower = fresh.map(({ value, startMs }) => ({ value: value * (1 + change), startMs }))
    const outcome = rule(stored, slower, tolerance)
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  }
  return (key) => (100 * (counts.get(key) ?? 0)) / COMPARISONS
}

function number(percent: number): string {
  return percent > 0 && percent < 9.95 ? percent.toFixed(1) : percent.toFixed(0)
}

const NOISES: readonly (readonly [string, Noise])[] = [
  ...[0.01, 0.03, 0.05, 0.08, 0.12].map((scatter) => [`${100 * scatter}%`, { scatter, draw: normal }] as const),
  ['3%, heavy tails', { scatter: 0.03, draw: heavy }],
]

const DESIGNS: readonly (readonly [string, Design])[] = [
  ['3 stored on 3 days, 1 new', { stored: 3, sessions: 3, fresh: 1 }],
  ['5 stored on 1 day, 1 new on another', { stored: 5, sessions: 1, fresh: 1 }],
  ['5 stored in the last hour, 1 new', { stored: 5, sessions: 1, fresh: 1, isSameSession: true }],
  ['5 stored on 5 days, 1 new', { stored: 5, sessions: 5, fresh: 1 }],
  ['5 stored on 5 days, 4 new on 1 day', { stored: 5, sessions: 5, fresh: 4 }],
  ['8 stored on 8 days, 1 new', { stored: 8, sessions: 8, fresh: 1 }],
  ['12 stored on 12 days, 1 new', { stored: 12, sessions: 12, fresh: 1 }],
]

function table(title: string, rows: readonly (readonly [string, (noise: Noise) => string])[]): void {
  console.log(`\n${title}\n`)
  console.log(`| scatter of runs | ${NOISES.map(([name]) => name).join(' | ')} |`)
  console.log(`| --- |${NOISES.map(() => ' --- |').join('')}`)
  for (const [name, cell] of rows) console.log(`| ${name} | ${NOISES.map(([, noise]) => cell(noise)).join(' | ')} |`)
}

for (const tolerance of [0.1, 0.05]) {
  const of = `tolerance ${100 * tolerance}%`
  table(
    `Same code, ${of}: red / green / green with a note, in %`,
    DESIGNS.map(([name, design]) => [
      name,
      (noise) => {
        const share = shares(shipped, design, noise, tolerance, 0)
        return `${number(share('fail'))} / ${number(share('pass'))} / ${number(share('leans to pass'))}`
      },
    ]),
  )
  for (const change of [0.15, 0.3]) {
    table(
      `${100 * change}% slower, ${of}: red / green, with a note or without, in %`,
      DESIGNS.map(([name, design]) => [
        name,
        (noise) => {
          const share = shares(shipped, design, noise, tolerance, change)
          return `${number(share('fail'))} / ${number(share('pass') + share('leans to pass'))}`
        },
      ]),
    )
  }
}
const [first, last] = [
  { stored: 5, sessions: 1, fresh: 4 },
  { stored: 5, sessions: 5, fresh: 4 },
] as const
table('Other rules, same code: red in %', [
  ...[0.1, 0.05].map(
    (tolerance) =>
      [
        `1 new v 1 stored, another day, tolerance ${100 * tolerance}%`,
        (noise: Noise) => number(shares(oneToOne, { stored: 1, sessions: 1, fresh: 1 }, noise, tolerance, 0)('fail')),
      ] as const,
  ),
  ...[0.1, 0.05].flatMap((tolerance) =>
    (
      [
        ['1 day', first],
        ['5 days', last],
      ] as const
    ).map(
      ([days, design]) =>
        [
          `Mann–Whitney, 4 new v 5 stored on ${days}, tolerance ${100 * tolerance}%`,
          (noise: Noise) => number(shares(mannWhitney, design, noise, tolerance, 0)('fail')),
        ] as const,
    ),
  ),
])
