export { LoadError, LoadInternalError, LoadPlanError, LoadTargetError } from './model/errors.ts'
export type { PlanFault } from './model/errors.ts'
export type { ArrivalPattern, ArrivalProcessName, PatternSpec, PhaseWindow } from './model/pattern.ts'
export type {
  AbortLimits,
  CommandTarget,
  ConnectionKind,
  LoadPlan,
  MonitorTarget,
  OnInconclusive,
  Overflow,
  PatternName,
  RequestContext,
  Sla,
  Target,
  TlsOptions,
} from './model/plan.ts'
export type { Artifact, Environment, LoadRecord, RunRecord } from './model/record.ts'
export type { HttpAnswer, HttpCheck, HttpRequest } from './model/requests.ts'
export type {
  Distribution,
  Figures,
  Interval,
  JudgedFigures,
  LoadResult,
  PhaseFigures,
  TargetSample,
} from './model/result.ts'
export type { Verdict, VerdictRecord, VerdictValue } from './model/verdict.ts'
export { runLoad, startLoad } from './run/index.ts'
export type { LoadRun } from './run/index.ts'
export { burst, constant, fromRate, poisson, rampUp, randomWalk, sequence, sineWave } from './traffic/patterns/index.ts'
