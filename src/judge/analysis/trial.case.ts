import type { OpenTrial, SaturateTrial, TrialOutcome } from './limit-trial.ts'

/** A trial of the open model that passed, with whatever a test wants to be otherwise. */
export function openOutcome(
  purpose: OpenTrial['purpose'],
  rate: number,
  changed: Partial<Omit<TrialOutcome, 'trial' | 'rate'>> = {},
): TrialOutcome {
  const trial: OpenTrial = {
    purpose,
    rate,
    arrivals: purpose === 'recommend' ? 'poisson' : 'uniform',
    durationMs: purpose === 'step' ? 2_000 : 12_000,
  }
  return {
    trial,
    rate,
    tookMs: trial.durationMs,
    verdict: 'pass',
    achievedRps: rate,
    p50Ms: 10,
    p99Ms: 12,
    errorRate: 0,
    inFlightGrowth: 0,
    reasons: [],
    toolRanOut: false,
    ...changed,
  }
}

/** A saturation that completed this many requests per second. */
export function saturation(achievedRps: number): TrialOutcome {
  const trial: SaturateTrial = { purpose: 'saturate', concurrency: 100, warmUpMs: 1_000, durationMs: 3_000 }
  return { ...openOutcome('step', achievedRps), trial, tookMs: 4_000, p50Ms: 250, p99Ms: 260 }
}
