import { scenarios, scenariosSuite } from '../../src/vitest.ts'
import { shortened } from '../durations.ts'
import { workTargets } from '../work-targets.ts'

scenariosSuite({
  targets: workTargets(),
  // Enough requests to show an error rate below 1%, in little time. What comes in bursts takes longer to be judged, and
  // where requests hang together so few of them may not show a p95: that is told, and red at full length only.
  ...(shortened && {
    rate: 180,
    durationMs: 3_400,
    scenarios: scenarios.filter(({ name }) => name !== 'Burst'),
    onInconclusive: 'warn',
  }),
})
