import { randomWalk } from '../../../traffic/patterns/index.ts'
import type { Scenario } from '../scenario.ts'

export const mobile: Scenario = {
  name: 'Mobile',
  about: 'a randomly varying rate, and a new connection for every small request',
  needs: ['http'],
  rate: 40,
  durationMs: 60_000,
  peak: 2,
  plan: ({ rate, durationMs }, { http }) => ({
    ...(http !== undefined && { target: http }),
    pattern: randomWalk({ rate, duration: durationMs }),
    messageSize: 'small',
    workload: 'read-heavy',
    connection: 'short-lived',
  }),
}
