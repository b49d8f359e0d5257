/**
 * Measures how much of a short run's latency is the generator's own start: each pair is a run without `warmUp`, one
 * with `warmUp: '1s'` and one of an independent client, against nginx, in random order, each in a new process.
 *
 * `node docs/calibration/cold-start.ts [--rates 100,1000] [--seconds 5] [--pairs 15] [--file pairs.jsonl]` appends its
 * pairs to the file and prints the table of all pairs in it, so that it can run in pieces.
 */
import { execFile } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { runLoad } from '../../src/run/index.ts'
import { noNginx, startNginx } from '../../src/run/end-to-end/nginx.fixture.ts'

interface Latencies {
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

interface Pair {
  readonly rate: number
  readonly seconds: number
  readonly cold: Latencies
  readonly warm: Latencies
  readonly client: Latencies
}

const THIS = fileURLToPath(import.meta.url)
const CLIENT = fileURLToPath(new URL('cold-start-client.ts', import.meta.url))
/** Below this rate a 5 s run has too few requests for a p99. */
const MIN_P99_RPS = 60

const [role, ...given] = process.argv.slice(2)
if (role === 'run') await runOnce(given)
else await measure()

/** Runs the package once, in a process that has run nothing before. */
async function runOnce([url = '', rate, seconds, warmUp = '0']: readonly string[]): Promise<void> {
  const { responseTime } = await runLoad({
    target: url,
    rate: Number(rate),
    duration: `${Number(seconds)}s`,
    warmUp: `${Number(warmUp)}s`,
    tracing: 'off',
  })
  if (responseTime.p50Ms === undefined) throw new Error('no request succeeded')
  const { p50Ms, p99Ms, maxMs } = responseTime
  process.stdout.write(`${JSON.stringify({ p50Ms, p99Ms, maxMs })}\n`)
}

async function measure(): Promise<void> {
  if (noNginx !== undefined) throw new Error(noNginx)
  const { values } = parseArgs({
    options: {
      rates: { type: 'string', default: '20,100,500,1000,8000' },
      seconds: { type: 'string', default: '5' },
      pairs: { type: 'string', default: '15' },
      file: { type: 'string', default: 'cold-start.jsonl' },
    },
  })
  const seconds = Number(values.seconds)
  await using nginx = await startNginx()
  const { port } = new URL(nginx.url)
  for (let pair = 0; pair < Number(values.pairs); pair++) {
    for (const rate of values.rates.split(',').map(Number)) {
      const measured: Partial<Record<'cold' | 'warm' | 'client', Latencies>> = {}
      const legs = [
        ['cold', [THIS, 'run', nginx.url, `${rate}`, `${seconds}`, '0']],
        ['warm', [THIS, 'run', nginx.url, `${rate}`, `${seconds}`, '1']],
        ['client', [CLIENT, port, `${rate}`, `${seconds}`]],
      ] as const
      for (const [leg, args] of shuffled(legs)) measured[leg] = await latenciesOf(args)
      appendFileSync(values.file, `${JSON.stringify({ rate, seconds, ...measured })}\n`)
    }
  }
  if (existsSync(values.file)) printTable(readPairs(values.file))
}

async function latenciesOf(args: readonly string[]): Promise<Latencies> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', ...args])
  return JSON.parse(stdout) as Latencies
}

function readPairs(file: string): readonly Pair[] {
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  return lines.map((line) => JSON.parse(line) as Pair)
}

function printTable(pairs: readonly Pair[]): void {
  const cells = Map.groupBy(pairs, ({ rate, seconds }) => `${rate} req/s × ${seconds} s`)
  const rows = [...cells].flatMap(([cell, measured]) => {
    const keys = (measured[0]?.rate ?? 0) < MIN_P99_RPS ? (['p50Ms', 'maxMs'] as const) : (['p99Ms'] as const)
    return keys.map((key) => {
      const median = (leg: 'cold' | 'warm' | 'client'): string =>
        medianOf(measured.map((pair) => pair[leg][key])).toFixed(2)
      const toWarm = intervalText(measured.map(({ cold, warm }) => cold[key] / warm[key]))
      const toClient = intervalText(measured.map(({ cold, client }) => cold[key] / client[key]))
      const name = key.replace('Ms', '')
      return `| ${cell} | ${name} | ${median('cold')} | ${median('warm')} | ${median('client')} | ${toWarm} | ${toClient} | ${measured.length} |`
    })
  })
  const head =
    '| cell | of | without ms | with ms | client ms | without / with (90%) | without / client (90%) | pairs |'
  process.stdout.write(`${[head, '| --- | --- | --- | --- | --- | --- | --- | --- |', ...rows].join('\n')}\n`)
}

/** The median with its 90% interval by order statistics: ranks l and n + 1 − l with P[Bin(n, ½) < l] ≤ 5%. */
function intervalText(ratios: readonly number[]): string {
  const sorted = ratios.toSorted((a, b) => a - b)
  const n = sorted.length
  let below = 0
  let probability = 0.5 ** n
  for (let sum = probability; sum <= 0.05; sum += probability) {
    below++
    probability *= (n - below + 1) / below
  }
  const interval = below === 0 ? 'too few pairs' : `${sorted[below - 1]?.toFixed(2)}–${sorted[n - below]?.toFixed(2)}`
  return `${medianOf(sorted).toFixed(2)} (${interval})`
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2
}

function shuffled<Item>(items: readonly Item[]): readonly Item[] {
  return items
    .map((item) => [Math.random(), item] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([, item]) => item)
}
