import type { ProtocolName } from '../../../protocols/index.ts'
import { mix } from '../../../plan/mix.ts'
import type { Scenario } from '../scenario.ts'

const NEEDS = ['http', 'websocket', 'tcp', 'mcp'] as const satisfies readonly ProtocolName[]

export const mixed: Scenario = {
  name: 'Mixed',
  about: 'four protocols at the same time, each with a quarter of the requests',
  needs: NEEDS,
  rate: 60,
  durationMs: 60_000,
  plan: ({ rate, durationMs }, targets) => ({
    rate,
    duration: durationMs,
    workload: mix(
      NEEDS.flatMap((name) => {
        const target = targets[name]
        return target === undefined ? [] : [{ name, protocol: name, target, messageSize: 'small' as const }]
      }),
    ),
  }),
}
