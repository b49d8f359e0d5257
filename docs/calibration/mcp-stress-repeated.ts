/**
 * Runs the mcp-stress suite several times on MCP servers with one fault each, and compares health, recovery and probes:
 * `npx node docs/calibration/mcp-stress-repeated.ts [RUNS] [PHASE_MS] [FAULT …]`, 5 runs with phases of 1 s by default.
 */
import { startFixture } from '../../fixtures/index.ts'
import { mcpStressSuiteOn } from '../../src/assessments/mcp-stress/mcp-stress-suite.ts'
import { runSuite } from '../../src/assessments/suite-run.fixture.ts'
import type { McpStressFindings } from '../../src/model/mcp-stress-findings.ts'

const RUNS = Number(process.argv[2] ?? 5)
const PHASE_MS = Number(process.argv[3] ?? 1_000)
const IDLE_MS = 1_000
/** One in ten requests is affected: far above the errors that a healthy phase may have. */
const EVERY = 10

const faults = {
  none: {},
  'unknown ids': { unknownIdEvery: EVERY },
  'replies without an id': { noIdEvery: EVERY },
  'replies sent twice': { twiceEvery: EVERY },
  'no reply': { silentEvery: EVERY },
  'reset connections': { resetEvery: EVERY },
  'replies that are not JSON': { garbageEvery: EVERY },
  'cut streams': { cutStreamEvery: EVERY },
  'each reply delayed by 40 ms': { delayMs: 40 },
} as const
type Fault = keyof typeof faults

const named = process.argv.slice(4) as Fault[]
console.log('| fault | health | baseline healthy | recovered | probes that failed | runs |')
console.log('| --- | --- | --- | --- | --- | --- |')
for (const fault of named.length > 0 ? named : (Object.keys(faults) as Fault[])) {
  const found: McpStressFindings[] = []
  for (let run = 0; run < RUNS; run++) {
    await using server = await startFixture('work', { protocol: 'mcp', ...faults[fault] })
    const options = { target: server.url, phaseMs: PHASE_MS, idleMs: IDLE_MS }
    const { record } = await runSuite((host) => mcpStressSuiteOn(host)(options), {}, console.error)
    found.push(record?.findings as McpStressFindings)
  }
  for (const [outcome, same] of Map.groupBy(found, outcomeOf)) {
    console.log(`| ${fault} | ${outcome} | ${same.length} of ${RUNS} |`)
  }
}

/** Runs that agree have the same outcome. */
function outcomeOf({ health, phases, recovery, probes }: McpStressFindings): string {
  const baseline = phases.find(({ name }) => name === 'baseline')?.healthy
  const failed = probes.filter(({ verdict }) => verdict === 'fail').map(({ name }) => name)
  const open = probes.filter(({ verdict }) => verdict === 'invalid').map(({ name }) => `${name} (invalid)`)
  return [
    health,
    words(baseline),
    words(recovery.recovered),
    [...failed, ...open].toSorted().join('; ') || 'none',
  ].join(' | ')
}

function words(value: boolean | null | undefined): string {
  if (value === true) return 'yes'
  return value === false ? 'no' : 'unknown'
}
