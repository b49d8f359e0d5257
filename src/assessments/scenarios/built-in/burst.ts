import { burst as burstOf } from '../../../traffic/patterns/index.ts'
import type { Scenario } from '../scenario.ts'

export const burst: Scenario = {
  name: 'Burst',
  about: 'ten times the usual rate for a quarter of the time, mostly medium-sized reads',
  needs: ['http'],
  rate: 30,
  durationMs: 60_000,
  peak: 10,
  plan: ({ rate, durationMs, share }, { http }) => ({
    ...(http !== undefined && { target: http }),
    pattern: burstOf({ rate, factor: 10, burstMs: 5_000 * share, restMs: 15_000 * share, duration: durationMs }),
    messageSize: 'medium',
    workload: 'read-heavy',
    connection: 'pooled',
  }),
}
