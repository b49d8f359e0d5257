/**
 * Compares real servers side by side again and again, with the shipped defaults, and counts the verdicts:
 *
 *   npx node docs/calibration/side-by-side-real.ts record --minutes 60 --file recordings.jsonl
 *   npx node docs/calibration/side-by-side-real.ts table --file recordings.jsonl
 *
 * `record` appends one line per comparison, in turn over all cases, so that it can be stopped and continued. `table`
 * prints Markdown: the real comparisons, and many more that are drawn from their recorded pairs.
 */
import { spawn } from 'node:child_process'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { decide, LOOKS } from '../../src/judge/comparison/looks.ts'
import { pairDifferences } from '../../src/judge/comparison/pair-differences.ts'
import { countedPairs } from '../../src/model/compared-values.ts'
import { seeded } from '../../src/judge/verdict/simulated-services.builder.ts'
import { shiftOf } from '../../src/judge/verdict/statistics/hodges-lehmann.ts'
import { type ComparedMetric, type ComparedPair, MAX_EXCLUDED } from '../../src/model/comparison.ts'
import type { CommandTarget } from '../../src/model/target.ts'
import { resolvePlan } from '../../src/plan/resolve-plan.ts'
import { PairedRun } from '../../src/run/comparison/paired-run.ts'
import { vocabulary } from '../../src/run/vocabulary.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '60' },
    file: { type: 'string', default: 'recordings.jsonl' },
    draws: { type: 'string', default: '3000' },
    /** Work of other processes that comes and goes: from 0 to this many cores. */
    background: { type: 'string', default: '0' },
  },
})

/** A server that computes for a fixed number of rounds, then waits: `factor` times as much as the baseline. */
const SERVER = `import { createServer } from 'node:http'
const { ROUNDS, WAIT_MS, PORT } = process.env
let kept = 0
createServer((_, response) => {
  for (let i = 0; i < Number(ROUNDS); i++) kept = (kept * 31 + i) % 1_000_003
  setTimeout(() => response.end(String(kept)), Number(WAIT_MS))
}).listen(PORT, '127.0.0.1')
`
/** Busy and idle for 2 to 20 s in turns. */
const BACKGROUND = `const draw = () => 2_000 + 18_000 * Math.random()
for (;;) {
  const endMs = performance.now() + draw()
  while (performance.now() < endMs) {}
  await new Promise((resolve) => setTimeout(resolve, draw()))
}
`
/** About 150 000 rounds take a millisecond. */
const ROUNDS_PER_MS = 150_000
const SERVICES = {
  '10 ms': { computeMs: 2, waitMs: 7 },
  '1 ms': { computeMs: 0.3, waitMs: 0 },
}
const FACTORS = [1, 1.15, 1, 1.3]
const METRICS = ['p50', 'mean', 'p95', 'cpu'] as const satisfies readonly ComparedMetric[]

/** One comparison, as a line of the file. */
interface Recording {
  readonly service: keyof typeof SERVICES
  readonly factor: number
  readonly verdict: string
  readonly ratio: number | null
  readonly seconds: number
  readonly load: number
  /** Pairs that other processes disturbed. */
  readonly excluded: number
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
  const { pairs, verdict, ratio, excluded } = comparison
  return {
    service,
    factor,
    verdict,
    ratio,
    seconds: Math.round((performance.now() - startedMs) / 1_000),
    load: Number((loadavg()[0] ?? 0).toFixed(1)),
    excluded,
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

async function record(): Promise<void> {
  const busy = Array.from({ length: Number(values.background) }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', BACKGROUND], { stdio: 'ignore' }),
  )
  process.on('exit', () => busy.forEach((each) => each.kill()))
  const endMs = performance.now() + 60_000 * Number(values.minutes)
  for (let turn = 0; performance.now() < endMs; turn++) {
    const service = turn % 12 < 8 ? '10 ms' : '1 ms'
    const recording = await compare(service, FACTORS[turn % FACTORS.length] ?? 1)
    appendFileSync(values.file, `${JSON.stringify(recording)}\n`)
    const { verdict, factor, seconds, excluded, load } = recording
    console.log(`${service} × ${factor}: ${verdict} in ${seconds} s, ${excluded} excluded, load ${load}`)
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
  console.log('| service | really slower | comparisons | pass | inconclusive | fail | invalid | mean time |')
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- |')
  for (const group of Map.groupBy(recordings, ({ service, factor }) => `${service}|${factor}`).values()) {
    const [{ service, factor } = { service: '', factor: 1 }] = group
    const count = (verdict: string): number => group.filter((each) => each.verdict === verdict).length
    const seconds = group.reduce((sum, each) => sum + each.seconds, 0) / group.length
    const verdicts = ['pass', 'inconclusive', 'fail', 'invalid'].map(count)
    console.log(
      `| ${[service, `+${Math.round(100 * (factor - 1))}%`, group.length, ...verdicts, `${seconds.toFixed(0)} s`].join(' | ')} |`,
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
    '| service | metric | scatter | tolerance | really slower | fail | leans to fail | leans to pass | pass | pairs |',
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
  const lines = readFileSync(values.file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
  const recordings = lines.map((line) => JSON.parse(line) as Recording)
  const pairs = recordings.reduce((sum, { p50Ms, excluded }) => sum + p50Ms.length + excluded, 0)
  const excluded = recordings.reduce((sum, each) => sum + each.excluded, 0)
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
