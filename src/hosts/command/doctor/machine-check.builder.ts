/** Test support: what `describe-load doctor` measured on a quiet machine with two cores. */
import type { MachineCheck } from '../../../model/machine-check.ts'
import { findingsOf, type Measured, recommendationOf } from './judgement.ts'

export const quietMachine: Measured = {
  cores: 2,
  cpuQuotaCores: null,
  descriptors: { limit: 1_048_576, open: 31, connections: 1_048_518 },
  ports: { count: 28_232, localRps: 28_232, remoteRps: 470 },
  quiet: { lagP50Ms: 0.31, lagP99Ms: 1.08, lagMaxMs: 2.4, stealRatio: 0, foreignCores: 0.021 },
  ceiling: { heldRps: 22_627, lateRps: 26_909, lateLagP99Ms: 61.2 },
  noise: {
    blockMs: 1_000,
    rate: 100,
    pairs: 14,
    excluded: 0,
    metrics: [
      { metric: 'p50', scatter: 0.012, tolerance: 0.02, provable: 0.035 },
      { metric: 'mean', scatter: 0.024, tolerance: 0.03, provable: 0.0612 },
      { metric: 'cpu', scatter: 0.041, tolerance: 0.04, provable: 0.0945 },
    ],
    tolerance: 0.03,
    provable: 0.0612,
    throttledRatio: null,
  },
}

/** Returns the check of a machine with these figures. */
export function machineCheck(measured: Partial<Measured> = {}, rest: Partial<MachineCheck> = {}): MachineCheck {
  const { cores, ...figures } = { ...quietMachine, ...measured }
  const findings = findingsOf({ cores, ...figures })
  const isFit = (rest.isComplete ?? true) && !findings.some(({ kind }) => kind === 'problem')
  return {
    schema: 1,
    type: 'describe-load:machine-check',
    startedAt: '2026-11-20T12:00:00.000Z',
    durationMs: 55_000,
    isQuick: false,
    isComplete: true,
    isFit,
    environment: {
      node: '24.11.0',
      os: 'Linux 6.8.0',
      cpus: cores,
      cpu: 'AMD EPYC 9R14',
      memoryMb: 7_936,
      describeLoad: '0.1.0',
    },
    ...figures,
    findings,
    recommended: isFit ? recommendationOf(figures) : null,
    ...rest,
  }
}
