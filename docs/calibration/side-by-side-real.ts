/**
 * Compares real servers side by side again and again, with the shipped defaults, and counts the verdicts:
 *
 *   npx node docs/calibration/side-by-side-real.ts record --minutes 60 --background 1
 *   npx node docs/calibration/side-by-side-real.ts table
 *
 * `record` appends one line per comparison, and continues where the file ends. `table` prints Markdown: the real
 * comparisons, and many more that are drawn from their recorded pairs.
 */
import { spawn } from 'node:child_process'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { decide, LOOKS } from '../../src/judge/comparison/looks.ts'
import { pairDifferences } from '../../src/judge/comparison/pair-differences.ts'
import { countedPairs } from '../../src/model/compared-values.ts'
import { seeded } from '../../src/judge/verdict/simulated-services.builder.ts'
import { shiftOf } from '../../src/judge/verdict/statistics/hodges-lehmann.ts'
import { type ComparedMetric, type ComparedPair, type Exclusion, MAX_EXCLUDED } from '../../src/model/comparison.ts'
import type { CommandTarget } from '../../src/model/target.ts'
import { resolvePlan } from '../../src/plan/resolve-plan.ts'
import { PairedRun } from '../../src/run/comparison/paired-run.ts'
import { vocabulary } from '../../src/run/vocabulary.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '60' },
    file: { type: 'string', default: join(import.meta.dirname, 'side-by-side-real.jsonl') },
    draws: { type: 'string', default: '3000' },
    /** Processes that each keep a core busy from time to time. */
    background: { type: 'string', default: '0' },
  },
})

/** A server that computes for a fixed number of rounds, then waits: `factor` times as much as the baseline. */
const SERVER = `import { createServer } from 'node:http'
const { ROUNDS, WAIT_MS, PORT } = process.env
let kept = 0
createServer((_, response) => {
  for (let i = 0; i < Number(ROUNDS); i++) kept = (kept * 31 + i) % 1_000_003
  const answer = () => response.end(String(kept))
  if (Number(WAIT_MS) > 0) setTimeout(answer, Number(WAIT_MS))
  else answer()
}).listen(PORT, '127.0.0.1')
`
/**
 * Busy for 0.5 to 60 s, then idle for 10 to 600 s, in turns; both log-uniform, so that short ones are frequent and long
 * ones rare: means of 12 and 144 s.
 */
const BACKGROUND = `process.stdin.on('end', () => process.exit()).resume()
const draw = (min, max) => min * (max / min) ** Math.random()
for (;;) {
  const endMs = performance.now() + draw(500, 60_000)
  while (performance.now() < endMs) {
    const sliceMs = Math.min(endMs, performance.now() + 50)
    while (performance.now() < sliceMs) {}
    await new Promise((resolve) => setImmediate(resolve))
  }
  await new Promise((resolve) => setTimeout(resolve, draw(10_000, 600_000)))
}
`
/** About 150 000 rounds take a millisecond. */
const ROUNDS_PER_MS = 150_000
const SERVICES = {
  '10 ms': { computeMs: 2, waitMs: 7 },
  '1 ms': { computeMs: 0.8, waitMs: 0 },
}
/** Most comparisons are of equal 10 ms services; the other cases follow in turn after every five of them. */
const EQUAL = ['10 ms', 1] as const
const OTHERS = [
  ['10 ms', 1.15],
  ['1 ms', 1],
  ['10 ms', 1.3],
  ['1 ms', 1.15],
  ['1 ms', 1.3],
] as const
const METRICS = ['p50', 'mean', 'p95', 'cpu'] as const satisfies readonly ComparedMetric[]

/** One comparison, as a line of the file. */
interface Recording {
  readonly service: keyof typeof SERVICES
  readonly factor: number
  readonly verdict: string
  readonly ratio: number | null
  readonly seconds: number
  readonly load: number
  /** Processes that kept a core busy from time to time. */
  readonly background: number
  /** Why pairs did not count. */
  readonly excluded: readonly Exclusion['code'][]
  /** ln(candidate / baseline) of each pair that counts. */
  readonly differences: Readonly<Partial<Record<(typeof METRICS)[number], readonly number[]>>>
  /** Median response time of each side in each pair that counts. */
  readonly p50Ms: readonly (readonly [candidate: number, baseline: number])[]
}

const folder = mkdtempSync(join(tmpdir(), 'describe-load-calibration-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const program = join(folder, 'server.mjs')
writeFileSync(program, SERVER)

function server(service: keyof typeof SERVICES, factor: number): CommandTarget {
  const { computeMs, waitMs } = SERVICES[service]
  const env = { ROUNDS: String(Math.round(factor * computeMs * ROUNDS_PER_MS)), WAIT_MS: String(factor * waitMs) }
  return { command: [process.execPath, program], url: 'http://127.0.0.1:{port}', env }
}

async function compare(service: keyof typeof SERVICES, factor: number): Promise<Recording> {
  const startedMs = performance.now()
  const against = server(service, 1)
  const keys = { target: server(service, factor), against, comparison: { tolerance: 0.1 }, rate: 100 }
  const plan = resolvePlan(keys, vocabulary)
  if (plan.comparison === undefined) throw new TypeError('the plan has a comparison')
  const run = new PairedRun(plan, plan.comparison, { openBaseline: () => Promise.resolve({ target: against }) })
  const { comparison } = await run.result
  if (comparison === undefined) throw new TypeError('the result has a comparison')
  const { pairs, verdict, ratio } = comparison
  return {
    service,
    factor,
    verdict,
    ratio,
    seconds: Math.round((performance.now() - startedMs) / 1_000),
    load: Number((loadavg()[0] ?? 0).toFixed(1)),
    background: Number(values.background),
    excluded: pairs.flatMap(({ excluded }) => excluded?.code ?? []),
    differences: differencesOf(pairs),
    p50Ms: countedPairs(pairs).map(({ candidate, baseline }) => [
      candidate.responseTime.p50Ms ?? 0,
      baseline.responseTime.p50Ms ?? 0,
    ]),
  }
}

function differencesOf(pairs: readonly ComparedPair[]): Recording['differences'] {
  return Object.fromEntries(METRICS.map((metric) => [metric, pairDifferences(pairs, metric) ?? []]))
}

/** Four decimals: 0.01% of a ratio, a tenth of a microsecond. */
const rounded = (_: string, value: unknown): unknown =>
  typeof value === 'number' ? Math.round(10_000 * value) / 10_000 : value

function recorded(): Recording[] {
  if (!existsSync(values.file)) return []
  const lines = readFileSync(values.file, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Recording)
}

async function record(): Promise<void> {
  const busy = Array.from({ length: Number(values.background) }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', BACKGROUND], { stdio: ['pipe', 'ignore', 'inherit'] }),
  )
  process.on('exit', () => busy.forEach((each) => each.kill()))
  const endMs = performance.now() + 60_000 * Number(values.minutes)
  for (let turn = recorded().length; performance.now() < endMs; turn++) {
    const [service, factor] = turn % 6 === 5 ? (OTHERS[Math.floor(turn / 6) % OTHERS.length] ?? EQUAL) : EQUAL
    const recording = await compare(service, factor)
    appendFileSync(values.file, `${JSON.stringify(recording, rounded)}\n`)
    const { verdict, seconds, excluded, load } = recording
    console.log(`${service} × ${factor}: ${verdict} in ${seconds} s, ${excluded.length} excluded, load ${load}`)
  }
  for (const each of busy) each.kill()
}

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`

function quantile(sorted: readonly number[], at: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(at * sorted.length))] ?? Number.NaN
}

/** Standard deviation as it is without outliers, from the quartiles of a normal distribution. */
function scatterOf(differences: readonly number[]): number {
  const sorted = differences.filter(Number.isFinite).toSorted((a, b) => a - b)
  return (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 1.349
}

function printReal(recordings: readonly Recording[]): void {
  console.log('| service | injected | median ratio | comparisons | pass | inconclusive | fail | invalid | mean time |')
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |')
  for (const group of Map.groupBy(recordings, ({ service, factor }) => `${service}|${factor}`).values()) {
    const [{ service, factor } = { service: '', factor: 1 }] = group
    const count = (verdict: string): number => group.filter((each) => each.verdict === verdict).length
    const ratio = quantile(
      group.flatMap((each) => each.ratio ?? []).toSorted((a, b) => a - b),
      0.5,
    )
    const seconds = group.reduce((sum, each) => sum + each.seconds, 0) / group.length
    const verdicts = ['pass', 'inconclusive', 'fail', 'invalid'].map(count)
    console.log(
      `| ${[service, `+${Math.round(100 * (factor - 1))}%`, ratio.toFixed(3), group.length, ...verdicts, `${seconds.toFixed(0)} s`].join(' | ')} |`,
    )
  }
}

interface Drawn {
  readonly verdict: 'pass' | 'fail' | 'leans to pass' | 'leans to fail'
  readonly pairs: number
}

/**
 * Draws the pairs of one comparison: runs of four consecutive pairs of one recording, so that what disturbs several
 * pairs in a row stays together.
 */
function draw(
  group: readonly Recording[],
  metrics: readonly (typeof METRICS)[number][],
  tolerance: number,
  random: () => number,
): Drawn {
  const margin = Math.log(1 + tolerance)
  const drawn = metrics.map((): number[] => [])
  for (const look of LOOKS) {
    while ((drawn[0]?.length ?? 0) < look.pairs) {
      const from = group[Math.floor(random() * group.length)]
      const length = from?.p50Ms.length ?? 0
      const start = Math.floor(random() * Math.max(1, length - 3))
      for (const [i, metric] of metrics.entries()) {
        drawn[i]?.push(...(from?.differences[metric]?.slice(start, start + 4) ?? []))
      }
    }
    const differences = drawn.map((each) => each.slice(0, look.pairs))
    const decided = decide(differences, margin, look)
    if (decided !== undefined) return { verdict: decided, pairs: look.pairs }
  }
  const worst = Math.max(...drawn.map((each) => shiftOf(each, 0.05).estimate))
  return { verdict: worst > margin ? 'leans to fail' : 'leans to pass', pairs: LOOKS.at(-1)?.pairs ?? 0 }
}

function printDrawn(recordings: readonly Recording[]): void {
  console.log(
    '| service | metric | scatter | tolerance | injected | fail | leans to fail | leans to pass | pass | pairs |',
  )
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |')
  const families = [['p50', 'mean'], ['p50'], ['p95'], ['cpu']] as const
  const usable = recordings.filter(({ p50Ms }) => p50Ms.length >= 4)
  for (const service of Object.keys(SERVICES) as (keyof typeof SERVICES)[]) {
    for (const metrics of families) {
      const equal = usable.filter((each) => each.service === service && each.factor === 1)
      const scatter = scatterOf(equal.flatMap(({ differences }) => differences[metrics[0]] ?? []))
      for (const tolerance of [0.05, 0.1]) {
        for (const factor of [1, 1.15, 1.3]) {
          const group = usable.filter((each) => each.service === service && each.factor === factor)
          if (group.every(({ differences }) => (differences[metrics[0]]?.length ?? 0) === 0)) continue
          const random = seeded(1_000 * factor + 100 * tolerance)
          const drawn = Array.from({ length: Number(values.draws) }, () => draw(group, metrics, tolerance, random))
          const share = (verdict: Drawn['verdict']): string =>
            percent(drawn.filter((each) => each.verdict === verdict).length / drawn.length)
          const pairs = drawn.reduce((sum, each) => sum + each.pairs, 0) / drawn.length
          const verdicts = (['fail', 'leans to fail', 'leans to pass', 'pass'] as const).map(share)
          console.log(
            `| ${[service, metrics.join(' and '), percent(scatter), percent(tolerance), `+${Math.round(100 * (factor - 1))}%`, ...verdicts, pairs.toFixed(1)].join(' | ')} |`,
          )
        }
      }
    }
  }
}

/** One run against one stored run: the same server at two different times, and in the two blocks of a pair. */
function printStored(recordings: readonly Recording[]): void {
  console.log(
    '| service | scatter between two runs | scatter between the blocks of a pair | equal runs that differ by more than 5% / 10% / 20% |',
  )
  console.log('| --- | --- | --- | --- |')
  for (const service of Object.keys(SERVICES) as (keyof typeof SERVICES)[]) {
    const equal = recordings.filter((each) => each.service === service && each.factor === 1 && each.p50Ms.length >= 4)
    const levels = equal.map(
      ({ p50Ms }) => p50Ms.reduce((sum, [candidate]) => sum + Math.log(candidate), 0) / p50Ms.length,
    )
    const between = levels.flatMap((level, i) => levels.slice(i + 1).map((other) => level - other))
    const within = equal.flatMap(({ differences }) => differences.p50 ?? [])
    const over = (limit: number): string =>
      percent(between.filter((each) => Math.abs(each) > Math.log(1 + limit)).length / between.length)
    console.log(
      `| ${[service, percent(scatterOf(between)), percent(scatterOf(within)), [0.05, 0.1, 0.2].map(over).join(' / ')].join(' | ')} |`,
    )
  }
}

function printTables(): void {
  const recordings = recorded()
  const pairs = recordings.reduce((sum, { p50Ms, excluded }) => sum + p50Ms.length + excluded.length, 0)
  const excluded = recordings.reduce((sum, each) => sum + each.excluded.length, 0)
  console.log(
    `${recordings.length} comparisons with ${pairs} pairs, of which ${excluded} were excluded (at most ${percent(MAX_EXCLUDED)} may be).\n`,
  )
  printReal(recordings)
  console.log()
  printDrawn(recordings)
  console.log()
  printStored(recordings)
}

if (positionals[0] === 'record') await record()
else if (positionals[0] === 'table') printTables()
else throw new Error('write `record` or `table` after the name of this script')
