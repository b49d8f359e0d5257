import { describeLoad, scenarios, scenariosSuite } from '../../src/vitest.ts'
import { shortened } from '../durations.ts'
import { workTargets } from '../work-targets.ts'

const targets = workTargets()
/** Messages so large that requests wait for each other: it takes longer until as many have told something of their own. */
const LARGE: ReadonlySet<string> = new Set(['WebSocket streaming', 'MCP'])
// What comes in bursts takes longer still.
const short = scenarios.filter(({ name }) => name !== 'Burst' && !LARGE.has(name))

/** Less than the usual 0.95, so that half as many requests are enough to show a percentile. */
const SHORT_CONFIDENCE = 0.8

if (shortened) {
  // Enough requests to show an error rate below 1%, in little time; a rate that wanders wanders the same way each time, for
  // down there would be too few.
  describeLoad('short', { confidence: SHORT_CONFIDENCE }, () => {
    scenariosSuite({ targets, scenarios: short, rate: 180, durationMs: 3_400, seed: '2' })
    const large = scenarios.filter(({ name }) => LARGE.has(name))
    scenariosSuite({ name: 'scenarios of large messages', targets, scenarios: large, rate: 80, durationMs: 6_000 })
  })
} else scenariosSuite({ targets })
