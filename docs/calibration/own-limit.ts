/**
 * Runs loads up to far more than the generator can send, on one core and on two, against an nginx that answers at once
 * and is not the bottleneck, and counts the verdicts. A fail would blame the target for the generator's limit.
 *
 *   npx node docs/calibration/own-limit.ts [--rates 2000,20000] [--seconds 5] [--runs 3]
 */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import type { JudgedVerdict } from '../../src/judge/verdict/judged-verdict.ts'
import { percentileVerdict } from '../../src/judge/verdict/percentile.ts'
import { median } from '../../src/judge/verdict/statistics/median.ts'
import { sustainedRateVerdict } from '../../src/judge/verdict/sustained-rate.ts'
import { noNginx, startNginx } from '../../src/run/end-to-end/nginx.fixture.ts'
import { runLoad } from '../../src/run/index.ts'

/** nginx takes less than 2 ms on a core of its own, up to more requests than the generator can send. */
const LIMIT_MS = 50

/** Cores of the generator and of nginx, as `taskset` reads them. */
const PLACES = [
  { name: 'one core each', generator: '0', nginx: '1' },
  { name: 'two cores, both may use both', generator: '0,1', nginx: '0,1' },
  { name: 'one core for both', generator: '0', nginx: '0' },
]

interface Sent {
  readonly achievedRps: number
  readonly lagP99Ms: number
  readonly p99: Judged
  readonly rate: Judged
}

interface Judged {
  /** The verdict, and where it leans if it is inconclusive. */
  readonly verdict: string
  readonly why: string
}

const [role, ...given] = process.argv.slice(2)
if (role === 'run') await runOnce(given)
else await measure()

async function runOnce([url = '', rate, seconds]: readonly string[]): Promise<void> {
  const rps = Number(rate)
  const result = await runLoad({
    target: url,
    rate: rps,
    duration: `${Number(seconds)}s`,
    maxConnections: 100,
    tracing: 'off',
  })
  const sent: Sent = {
    achievedRps: result.achievedRps,
    lagP99Ms: result.scheduleLag.p99Ms ?? Number.NaN,
    p99: kept(percentileVerdict(result, result, { percentile: 99, limitMs: LIMIT_MS })),
    rate: kept(sustainedRateVerdict(result, result, { rps, within: 0.05 })),
  }
  process.stdout.write(`${JSON.stringify(sent)}\n`)
}

function kept({ verdict, leaning, reason, why }: JudgedVerdict): Judged {
  const side = verdict === 'inconclusive' && leaning !== 'none' ? `leans to ${leaning}` : verdict
  return { verdict: side, why: why ?? reason ?? '' }
}

async function measure(): Promise<void> {
  if (noNginx !== undefined) throw new Error(noNginx)
  const { values } = parseArgs({
    options: {
      rates: { type: 'string', default: '2000,5000,10000,20000,40000,80000' },
      seconds: { type: 'string', default: '5' },
      runs: { type: 'string', default: '3' },
    },
  })
  const reasons = new Set<string>()
  console.log(`| place | req/s | achieved | lag p99 | p99 below ${LIMIT_MS} ms | 95% of the rate sustained |`)
  console.log('| --- | --- | --- | --- | --- | --- |')
  for (const { name, generator, nginx } of PLACES) {
    // nginx inherits the cores of this process, which only waits during a run.
    await run('taskset', ['-apc', nginx, String(process.pid)])
    await using server = await startNginx({ keepaliveRequests: 1e9 })
    for (const rate of values.rates.split(',')) {
      const sent: Sent[] = []
      for (let i = 0; i < Number(values.runs); i++) {
        const args = ['-c', generator, process.execPath, fileURLToPath(import.meta.url)]
        const { stdout } = await run('taskset', [...args, 'run', server.url, rate, values.seconds])
        sent.push(JSON.parse(stdout) as Sent)
      }
      for (const { p99, rate: sustained } of sent) {
        for (const { verdict, why } of [p99, sustained]) if (verdict !== 'pass' && why !== '') reasons.add(why)
      }
      const achieved = median(sent.map(({ achievedRps }) => achievedRps)).toFixed(0)
      const lag = median(sent.map(({ lagP99Ms }) => lagP99Ms)).toFixed(1)
      const verdicts = [sent.map(({ p99 }) => p99), sent.map((each) => each.rate)].map(counted)
      console.log(`| ${name} | ${rate} | ${achieved} | ${lag} ms | ${verdicts.join(' | ')} |`)
    }
  }
  console.log(`\n${[...reasons].map((why) => `- ${why}`).join('\n')}`)
}

function run(program: string, args: readonly string[]): Promise<{ readonly stdout: string }> {
  return promisify(execFile)(program, args)
}

function counted(judged: readonly Judged[]): string {
  const groups = Map.groupBy(judged, ({ verdict }) => verdict)
  return Array.from(groups, ([verdict, same]) => `${same.length} ${verdict}`).join(', ')
}
