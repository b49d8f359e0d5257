/**
 * Measures how often the protocols suite claims a difference between four equal protocols, and how often it finds one
 * that exists: `npx node docs/calibration/protocol-ranking.ts [EQUAL] [DIFFERENT]`, 2 000 and 200 comparisons of each
 * kind by default. It opens no socket.
 */
import { protocolDifferences } from '../../src/judge/analysis/protocol-differences.ts'
import {
  type Disturbance,
  type SimulatedProtocol,
  simulatedSeries,
} from '../../src/judge/analysis/protocol-series.builder.ts'
import type { ProtocolDifference } from '../../src/model/protocols-findings.ts'

const EQUAL = Number(process.argv[2] ?? 2_000)
const DIFFERENT = Number(process.argv[3] ?? 200)

const quiet: Disturbance = { name: 'quiet', common: 0.05, own: 0.05, lasting: 0.02, stalls: 0, drift: 0 }
const disturbances: readonly Disturbance[] = [
  quiet,
  { name: 'warming up', common: 0.1, own: 0.1, lasting: 0.02, stalls: 0, drift: -0.6 },
  { name: 'busy machine', common: 0.4, own: 0.2, lasting: 0.02, stalls: 0.1, drift: 0 },
  { name: 'very busy machine', common: 0.8, own: 0.5, lasting: 0.02, stalls: 0.2, drift: 0.5 },
  { name: 'runs differ by 5%', common: 0.1, own: 0.1, lasting: 0.05, stalls: 0.05, drift: 0 },
]
const KINDS = ['rate', 'latency', 'work', 'lost', 'reconnect'] as const
type Kind = (typeof KINDS)[number]

const differents: readonly (readonly [string, SimulatedProtocol])[] = [
  ['rate × 0.9', { rate: 0.9 }],
  ['rate × 0.77', { rate: 0.77 }],
  ['rate × 0.5', { rate: 0.5 }],
  ['response times × 1.3', { latency: 1.3 }],
  ['response times × 1.6', { latency: 1.6 }],
  ['response times × 2', { latency: 2 }],
  ['3 requests lost per cut', { lostPerCut: 3 }],
  ['6 requests lost per cut', { lostPerCut: 6 }],
  ['reconnects × 3', { reconnect: 3 }],
]

function kindOf({ by, work }: ProtocolDifference): Kind {
  if (work !== undefined) return 'work'
  return by === 'rate' || by === 'lost' || by === 'reconnect' ? by : 'latency'
}

const share = (count: number, of: number): string => `${((100 * count) / of).toFixed(1)}%`

console.log(`| four equal protocols | any claim | ${KINDS.join(' | ')} |`)
console.log(`| --- | --- |${KINDS.map(() => ' --- |').join('')}`)
for (const noise of disturbances) {
  const claims = Array.from({ length: EQUAL }, (_, run) =>
    protocolDifferences(simulatedSeries([{}, {}, {}, {}], noise, run)),
  )
  const cells = KINDS.map((kind) =>
    share(claims.filter((each) => each.some((one) => kindOf(one) === kind)).length, EQUAL),
  )
  console.log(
    `| ${noise.name} | ${share(claims.filter(({ length }) => length > 0).length, EQUAL)} | ${cells.join(' | ')} |`,
  )
}

console.log(`\n| found: the fourth behind all others | ${disturbances.map(({ name }) => name).join(' | ')} |`)
console.log(`| --- |${disturbances.map(() => ' --- |').join('')}`)
for (const [name, different] of differents) {
  const cells = disturbances.map((noise) => {
    const found = Array.from({ length: DIFFERENT }, (_, run) => {
      const claims = protocolDifferences(simulatedSeries([{}, {}, {}, different], noise, run))
      const behind = new Set(claims.filter(({ worse }) => worse === 'protocol 4').map(({ better }) => better))
      return behind.size === 3
    })
    return share(found.filter(Boolean).length, DIFFERENT)
  })
  console.log(`| ${name} | ${cells.join(' | ')} |`)
}
