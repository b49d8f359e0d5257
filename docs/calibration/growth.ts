/**
 * Simulates runs of 10 s, and counts the verdicts on a sustained rate: of targets with free capacity whose service times
 * differ or whose rate rises, which must not fail, and of queues around their capacity.
 *
 *   npx node docs/calibration/growth.ts [RUNS]     300 runs of each case by default
 */
import { exponential, mixed, rising, servedRun, steady } from '../../src/judge/verdict/served-run.builder.ts'
import { sustainedRateVerdict } from '../../src/judge/verdict/sustained-rate.ts'

const RUNS = Number(process.argv[2] ?? 300)
const SERVERS = 3
const CAPACITY_RPS = 300
const VERDICTS = ['pass', 'leans to pass', 'leans to fail', 'fail']

type Service = Parameters<typeof servedRun>[1]

function row(name: string, arrivalsMs: readonly number[], service: Service, servers?: number): void {
  const counts = new Map(VERDICTS.map((verdict) => [verdict, 0]))
  for (let seed = 1; seed <= RUNS; seed++) {
    const run = servedRun(arrivalsMs, service, servers === undefined ? { seed } : { servers, seed })
    const { verdict, leaning } = sustainedRateVerdict(run, run, { rps: run.offeredRps, within: 0.01 })
    const shown = verdict === 'inconclusive' ? `leans to ${leaning}` : verdict
    counts.set(shown, (counts.get(shown) ?? 0) + 1)
  }
  const shares = Array.from(counts.values(), (count) => `${((100 * count) / RUNS).toFixed(1)}%`)
  console.log(`| ${name} | ${shares.join(' | ')} |`)
}

console.log(`| case | ${VERDICTS.join(' | ')} |`)
console.log(`| --- |${VERDICTS.map(() => ' --- |').join('')}`)
for (const rps of [20, 50, 100, 300]) {
  row(`free capacity, ${rps} req/s, 10% of the requests take 4 s`, steady(rps), mixed(0.1, 4_000))
  row(`free capacity, ${rps} req/s, 30% of the requests take 1 s`, steady(rps), mixed(0.3, 1_000))
  row(`free capacity, ${rps} req/s, exponential with 200 ms`, steady(rps), exponential(200))
}
row('free capacity, 0 to 500 req/s, 85% of the requests take 220 ms', rising(500), mixed(0.85, 220))
row('free capacity, 0 to 500 req/s, exponential with 200 ms', rising(500), exponential(200))
row('free capacity, 0 to 100 req/s, exponential with 200 ms', rising(100), exponential(200))
for (const load of [0.9, 0.97, 1.02, 1.05, 1.1, 1.2, 1.5, 2.5]) {
  const arrivalsMs = steady(Math.round(load * CAPACITY_RPS))
  row(`3 servers, load ${load}, 10 ms`, arrivalsMs, () => 10, SERVERS)
  row(`3 servers, load ${load}, exponential with 10 ms`, arrivalsMs, exponential(10), SERVERS)
}
row('3 servers, load 0 to 1.67, exponential with 10 ms', rising(500), exponential(10), SERVERS)
row('3 servers, load 0 to 1.33, exponential with 10 ms', rising(400), exponential(10), SERVERS)
