/**
 * Runs the protocols suite several times on the embedded targets, which do the same work behind every protocol, and
 * compares what each run claims: `npx node docs/calibration/protocols-repeated.ts [RUNS] [PHASE_MS]`, 5 runs with
 * phases of 2 s by default.
 */
import { startFixture } from '../../fixtures/index.ts'
import { protocolsSuiteOn } from '../../src/assessments/protocols/protocols-suite.ts'
import { runSuite } from '../../src/assessments/suite-run.fixture.ts'
import type { ProtocolsFindings } from '../../src/model/protocols-findings.ts'
import { type PhaseTime, timed } from './timed-suite.ts'

const RUNS = Number(process.argv[2] ?? 5)
const PHASE_MS = Number(process.argv[3] ?? 2_000)

const all: ProtocolsFindings[] = []
const shares = new Map<string, { runs: number; plannedMs: number; ms: number }>()
let tookMs = 0
for (let run = 1; run <= RUNS; run++) {
  // New processes, so that no run starts with a warmer server than the first one.
  await using http = await startFixture('work', { protocol: 'http' })
  await using websocket = await startFixture('work', { protocol: 'websocket' })
  await using tcp = await startFixture('work', { protocol: 'tcp' })
  await using mcp = await startFixture('work', { protocol: 'mcp' })
  const targets = { http: http.url, websocket: websocket.url, tcp: tcp.url, mcp: mcp.url }
  const phases: PhaseTime[] = []
  const startMs = performance.now()
  const { record } = await runSuite(
    (host) => protocolsSuiteOn(timed(host, phases))({ targets, phaseMs: PHASE_MS }),
    {},
    console.error,
  )
  all.push(record?.findings as ProtocolsFindings)
  tookMs += performance.now() - startMs
  for (const { phase, plannedMs, ms } of phases) {
    const kind = phase.replace(/^\w+, /, '').replace(/\d[\d ,.]*/, 'n ')
    const share = shares.get(kind) ?? { runs: 0, plannedMs: 0, ms: 0 }
    shares.set(kind, { runs: share.runs + 1, plannedMs: share.plannedMs + plannedMs, ms: share.ms + ms })
  }
}

console.log('| run | ranks | best for low latency, throughput, reliability, streams, calls |\n| --- | --- | --- |')
for (const [run, { ranking, bestFor }] of all.entries()) {
  const ranks = ranking.map(({ rank, protocol }) => `${rank}. ${protocol}`).join(', ')
  console.log(
    `| ${run + 1} | ${ranks} | ${Object.values(bestFor)
      .map((best) => best ?? 'tie')
      .join(', ')} |`,
  )
}

const claims = Map.groupBy(
  all.flatMap(({ differences = [] }, run) => differences.map((each) => ({ ...each, run }))),
  ({ better, worse, by, work = 'all requests' }) => `${[better, worse].toSorted().join(' and ')} | ${work} | ${by}`,
)
console.log(`\n| protocols | work | figure | better | runs of ${RUNS} |\n| --- | --- | --- | --- | --- |`)
let contradictions = 0
for (const [claim, made] of [...claims].toSorted(([a], [b]) => a.localeCompare(b))) {
  const better = [...new Set(made.map((each) => each.better))]
  if (better.length > 1) contradictions++
  console.log(`| ${claim} | ${better.join(' and ')} | ${made.length} |`)
}
console.log(`\n${contradictions} of ${claims.size} differences are claimed in both directions.`)
const seconds = (ms: number): string => (ms / RUNS / 1_000).toFixed(1)
console.log(
  `\nA run of the suite took ${seconds(tookMs)} s.\n\n| loads | number | planned | took |\n| --- | --- | --- | --- |`,
)
for (const [kind, { runs, plannedMs, ms }] of [...shares].toSorted(([, a], [, b]) => b.ms - a.ms)) {
  console.log(`| ${kind.trim()} | ${runs / RUNS} | ${seconds(plannedMs)} s | ${seconds(ms)} s |`)
}
