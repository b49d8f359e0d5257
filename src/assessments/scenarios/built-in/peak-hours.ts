import { sineWave } from '../../../traffic/patterns/index.ts'
import type { Scenario } from '../scenario.ts'

export const peakHours: Scenario = {
  name: 'Peak hours',
  about: 'a rate that rises and falls, with messages of all sizes',
  needs: ['http'],
  rate: 80,
  durationMs: 180_000,
  peak: 1.8,
  plan: ({ rate, durationMs, share }, { http }) => ({
    ...(http !== undefined && { target: http }),
    pattern: sineWave({ rate, periodMs: 60_000 * share, duration: durationMs }),
    messageSize: 'mixed',
    workload: 'read-heavy',
  }),
}
