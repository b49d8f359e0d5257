/**
 * Compares uniform and jittered arrivals: how often percentile verdicts are wrong for periodic services, and whether
 * verdicts on any other service become worse.
 *
 *   npx node docs/calibration/arrivals.ts [--runs 1000]
 *
 * For services whose latency depends only on the time, the truth is that of jittered arrivals, because users come at
 * any time; for queues, it is that of the arrivals in use.
 */
import { parseArgs } from 'node:util'
import { decidePercentile } from '../../src/judge/verdict/percentile-decision.ts'
import { percentileShare } from '../../src/judge/verdict/percentile-share.ts'
import { MIN_PROOF_MS } from '../../src/judge/verdict/proof.ts'
import {
  courseOfRun,
  longRun,
  pausingOften,
  seeded,
  SIMULATED_SERVICES,
} from '../../src/judge/verdict/simulated-services.builder.ts'
import type { SimulatedArrivals } from '../../src/judge/verdict/simulated-services.builder.ts'

const { values } = parseArgs({ options: { runs: { type: 'string', default: '1000' } } })
const RUNS = Number(values.runs)
const LONG_RUN = 2_000_000
const BESIDE = 0.002

const periodic = [pausingOften(2_000), pausingOften(2_003.7)]
const services = [...periodic, ...SIMULATED_SERVICES.filter(({ arrivals }) => arrivals === 'uniform')]

console.log('| service | run | percentile | uniform: wrong pass / fail, % | jittered: wrong pass / fail, % |')
console.log('| --- | --- | --- | --- | --- |')
for (const service of services) {
  const isQueue = service.name.startsWith('D/M/1')
  const sorted = (arrivals: SimulatedArrivals): Float64Array =>
    longRun(service, LONG_RUN, isQueue ? arrivals : 'jittered')
  const truths = { uniform: sorted('uniform'), jittered: sorted('jittered') }
  for (const spanMs of [10_000, 30_000, 100_000]) {
    for (const percentile of [95, 99]) {
      const cells = (['uniform', 'jittered'] as const).map((arrivals) => {
        const truth = truths[arrivals]
        const truthMs = truth[Math.ceil((percentile / 100) * truth.length) - 1] ?? 0
        const wrong = { pass: 0, fail: 0 }
        for (let run = 0; run < RUNS; run++) {
          const course = courseOfRun(service.run(seeded(run + spanMs), spanMs, arrivals), spanMs)
          const verdict = (limitMs: number): string => {
            const asked = percentileShare(course, { percentile, limitMs, confidence: 0.95 }, { unproven: 0 })
            const span = { spanMs, requiredMs: MIN_PROOF_MS }
            return decidePercentile(course, { percentile, limitMs }, asked, span).verdict
          }
          if (verdict(truthMs * (1 - BESIDE)) === 'pass') wrong.pass++
          if (verdict(truthMs * (1 + BESIDE)) === 'fail') wrong.fail++
        }
        return `${((100 * wrong.pass) / RUNS).toFixed(1)} / ${((100 * wrong.fail) / RUNS).toFixed(1)}`
      })
      console.log(`| ${[service.name, `${spanMs / 1_000} s`, `p${percentile}`, ...cells].join(' | ')} |`)
    }
  }
}
