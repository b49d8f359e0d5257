import type { OpenTrial, SaturateTrial, TrialOutcome } from './limit-trial.ts'

/** Outcome of a passing trial of the open model; `changed` overrides its properties. */
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
    completedShare: 1,
    p50Ms: 10,
    p75Ms: 10,
    p99Ms: 12,
    serviceMs: 10,
    serviceCv: 0.05,
    flow: null,
    lateBursts: { late: 0, count: 0, share: 0 },
    errors: null,
    errorRate: 0,
    inFlightGrowth: 0,
    reasons: [],
    isToolLimited: false,
    ...changed,
  }
}

/** Outcome of a saturation that completed this many requests per second. */
export function saturation(achievedRps: number): TrialOutcome {
  const trial: SaturateTrial = { purpose: 'saturate', concurrency: 100, warmUpMs: 1_000, durationMs: 3_000 }
  const flow = { rps: achievedRps, steadyRps: achievedRps, dispersion: 0.01, completions: 3 * achievedRps }
  return { ...openOutcome('step', achievedRps), trial, tookMs: 4_000, p50Ms: 250, p99Ms: 260, flow }
}
