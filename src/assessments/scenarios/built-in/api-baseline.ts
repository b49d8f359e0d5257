import type { Scenario } from '../scenario.ts'

export const apiBaseline: Scenario = {
  name: 'API baseline',
  about: 'steady reads and writes of small messages',
  needs: ['http'],
  rate: 20,
  durationMs: 30_000,
  plan: ({ rate, durationMs }, { http }) => ({
    ...(http !== undefined && { target: http }),
    rate,
    duration: durationMs,
    messageSize: 'small',
    workload: 'balanced',
    tracing: 'all',
  }),
}
