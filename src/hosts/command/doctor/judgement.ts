import { MAX_LAG_MS } from '../../../judge/verdict/validity.ts'
import { DOUBTFUL_FOREIGN_CORES, DOUBTFUL_STEAL_RATIO } from '../../../measure/monitor/host.ts'
import type {
  CeilingFigures,
  MachineCheck,
  MachineFacts,
  MachineFinding,
  NoiseFigures,
  QuietFigures,
  RecommendedPlan,
} from '../../../model/machine-check.ts'
import { MAX_EXCLUDED } from '../../../model/comparison.ts'
import type { Count, Ms, Ratio, Rps } from '../../../model/units.ts'
import { DEFAULT_MAX_CONNECTIONS } from '../../../plan/lanes.ts'
import { MAX_STEAL_DIFFERENCE } from '../../../run/comparison/compared-block.ts'
import { machineFinding } from '../../../wording/machine-facts.ts'

/** What was measured; null where it was not. */
export type Measured = Pick<MachineCheck, 'cpuQuotaCores' | 'descriptors' | 'ports' | 'quiet' | 'ceiling' | 'noise'> & {
  readonly cores: Count
}

/** A generator that cannot send this to a server that does nothing is slowed down by something else. */
const MIN_CEILING: Rps = 500
/** Share of the scheduling periods. */
const MAX_THROTTLED: Ratio = 0.02
/** A comparison with a larger tolerance finds only what everyone notices. */
const MAX_TOLERANCE: Ratio = 0.25

/** Returns what makes a machine unfit for load tests, then what limits it. */
export function findingsOf(measured: Measured): readonly MachineFinding[] {
  const problems = problemsOf(measured)
  return [
    ...problems.map((facts) => machineFinding('problem', facts)),
    ...notesOf(measured).map((facts) => machineFinding('note', facts)),
  ]
}

function problemsOf({
  descriptors,
  ports,
  quiet,
  ceiling,
  noise,
  cpuQuotaCores,
  cores,
}: Measured): readonly MachineFacts[] {
  return [
    ...(descriptors !== null && descriptors.connections < DEFAULT_MAX_CONNECTIONS
      ? [{ code: 'few-descriptors', ...descriptors } as const]
      : []),
    ...(ports !== null && ports.count < DEFAULT_MAX_CONNECTIONS
      ? [{ code: 'few-ports', ports: ports.count } as const]
      : []),
    ...quotaProblems(cpuQuotaCores, noise),
    ...(quiet === null ? [] : quietProblems(quiet, cores)),
    ...ceilingProblems(ceiling),
    ...(noise === null ? [] : noiseProblems(noise)),
  ]
}

function quotaProblems(quotaCores: number | null, noise: NoiseFigures | null): readonly MachineFacts[] {
  if (quotaCores === null) return []
  if (quotaCores < 1) return [{ code: 'small-quota', quotaCores }]
  const throttledRatio = noise?.throttledRatio ?? 0
  return throttledRatio > MAX_THROTTLED ? [{ code: 'throttled', quotaCores, throttledRatio }] : []
}

function quietProblems({ lagP99Ms, stealRatio, foreignCores }: QuietFigures, cores: Count): readonly MachineFacts[] {
  return [
    ...(stealRatio !== null && stealRatio > MAX_STEAL_DIFFERENCE ? [{ code: 'steal', stealRatio } as const] : []),
    ...(foreignCores !== null && foreignCores > DOUBTFUL_FOREIGN_CORES
      ? [{ code: 'foreign-load', foreignCores, cores } as const]
      : []),
    ...(lagP99Ms > MAX_LAG_MS ? [{ code: 'late-timers', lagP99Ms } as const] : []),
  ]
}

function ceilingProblems(ceiling: CeilingFigures | null): readonly MachineFacts[] {
  const heldRps = ceiling?.heldRps ?? 0
  return ceiling !== null && heldRps < MIN_CEILING ? [{ code: 'slow-generator', heldRps }] : []
}

function noiseProblems({ pairs, excluded, metrics, tolerance }: NoiseFigures): readonly MachineFacts[] {
  if (excluded > MAX_EXCLUDED * pairs) return [{ code: 'pairs-disturbed', excluded, pairs }]
  const scatter = Math.max(0, ...metrics.flatMap((each) => (each.metric === 'cpu' ? [] : [each.scatter])))
  return tolerance !== null && tolerance > MAX_TOLERANCE ? [{ code: 'noisy-pairs', scatter, tolerance }] : []
}

function notesOf({ quiet, cores }: Measured): readonly MachineFacts[] {
  const steal = quiet?.stealRatio ?? 0
  return [
    ...(steal > DOUBTFUL_STEAL_RATIO && steal <= MAX_STEAL_DIFFERENCE
      ? [{ code: 'steal', stealRatio: steal } as const]
      : []),
    ...(cores === 1 ? [{ code: 'one-core' } as const] : []),
    ...(quiet !== null && quiet.foreignCores === null ? [{ code: 'unknown-noise' } as const] : []),
  ]
}

/**
 * Requests whose p99 is proven with a confidence of 95% although 10 of them are above the limit: P[Bin(n, 0.01) ≤ 10] ≤
 * 0.05.
 */
const REQUESTS_FOR_P99: Count = 1_693
/** No verdict is proven in less. */
const MIN_DURATION_MS: Ms = 10_000
const DURATION_STEP_MS: Ms = 10_000

/** The rate at which the noise is measured. */
export function testedRate(ceiling: CeilingFigures | null): Rps {
  const maxRate = maxRateOf(ceiling)
  return maxRate === null ? 100 : Math.max(1, Math.min(100, maxRate))
}

/** Returns what suits a machine that is fit; null if the generator could not be measured. */
export function recommendationOf({ ceiling, noise }: Pick<Measured, 'ceiling' | 'noise'>): RecommendedPlan | null {
  const maxRate = maxRateOf(ceiling)
  if (maxRate === null) return null
  const rate = testedRate(ceiling)
  const neededMs = (1_000 * REQUESTS_FOR_P99) / rate
  const durationMs = Math.max(MIN_DURATION_MS, DURATION_STEP_MS * Math.ceil(neededMs / DURATION_STEP_MS))
  const tolerance = noise?.tolerance ?? null
  return { rate, durationMs, tolerance: tolerance !== null && tolerance > 1 ? null : tolerance, maxRate }
}

/** Half of the ceiling, rounded down to two digits. */
function maxRateOf(ceiling: CeilingFigures | null): Rps | null {
  const heldRps = ceiling?.heldRps ?? null
  if (heldRps === null) return null
  const step = 10 ** Math.max(0, Math.floor(Math.log10(heldRps / 2)) - 1)
  return step * Math.floor(heldRps / 2 / step)
}
