import { scenariosSuite } from '../../src/vitest.ts'
import { shortened } from '../durations.ts'
import { workTargets } from '../work-targets.ts'

scenariosSuite({
  targets: workTargets(),
  // Enough requests to show an error rate below 1%, in little time; a burst makes ten times as many by itself.
  ...(shortened && { rate: ({ name }) => (name === 'Burst' ? 50 : 180), durationMs: 3_400 }),
})
