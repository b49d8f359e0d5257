import { describeLoad, scenarios, scenariosSuite } from '../../src/vitest.ts'
import { shortened } from '../durations.ts'
import { embeddedTargets } from '../embedded-targets.ts'

const targets = embeddedTargets()
/**
 * Scenarios with large messages, whose requests wait for each other: more time is needed until enough of them are
 * independent.
 */
const LARGE: ReadonlySet<string> = new Set(['WebSocket streaming', 'MCP'])
// The Burst scenario needs even more time.
const short = scenarios.filter(({ name }) => name !== 'Burst' && !LARGE.has(name))

/** Lower than the default of 0.95, so that half as many requests are enough to determine a percentile. */
const SHORT_CONFIDENCE = 0.8

if (shortened) {
  // The rate is high enough to show an error rate below 1% in a short time. The seed is fixed, because another random
  // walk might send too few requests.
  describeLoad('short', { confidence: SHORT_CONFIDENCE }, () => {
    scenariosSuite({ targets, scenarios: short, rate: 260, durationMs: 2_000, seed: '2' })
    const large = scenarios.filter(({ name }) => LARGE.has(name))
    scenariosSuite({ name: 'large messages', targets, scenarios: large, rate: 100, durationMs: 4_000 })
  })
} else scenariosSuite({ targets })
