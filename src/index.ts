import './supported-node.ts'
export { LoadMatcherError } from './judge/matcher-error.ts'
export {
  LoadError,
  LoadInternalError,
  LoadPlanError,
  LoadResourceError,
  LoadTargetError,
  LoadUserCodeError,
  LoadVerdictError,
} from './model/errors.ts'
export type { PlanIssue } from './model/errors.ts'
export type { BatchFunction } from './model/batch.ts'
export type { Body, ChosenFormat, GeneratedBody, MessageFormat } from './model/body.ts'
export type { Doubt, DoubtCode } from './model/doubt.ts'
export type { ArrivalPattern, ArrivalProcessName, PatternSpec, PhaseWindow } from './model/pattern.ts'
export type {
  AbortLimits,
  ComparisonOptions,
  ConnectionKind,
  MessageSize,
  OnInconclusive,
  Overflow,
  RequestContext,
  WorkloadName,
} from './model/plan.ts'
export type {
  CustomPlan,
  InheritedPlan,
  LoadPlan,
  Mix,
  MixEntry,
  NamedOrCustomMixEntry,
  Operations,
  RequestSource,
} from './plan/load-plan.ts'
export { mix } from './plan/mix.ts'
export { journey } from './plan/steps.ts'
export type { JourneyContext, JourneyFunction, SetupContext, SetupFunction } from './plan/steps.ts'
export type { PatternName } from './traffic/patterns/index.ts'
export type { Feed } from './model/feed.ts'
export type { Sla } from './model/sla.ts'
export type {
  Against,
  CommandTarget,
  MonitorTarget,
  RefTarget,
  StdioTarget,
  Target,
  TlsOptions,
} from './model/target.ts'
export type { Artifact, Environment, LoadRecord, RunRecord, TestOutcome } from './model/record.ts'
export type { KeyFigures, VerdictEntry, VerdictsFile } from './model/verdicts-file.ts'
export type { RateUnit } from './model/rates.ts'
export type { StepAnswer } from './model/journey.ts'
export type {
  CustomConnection,
  CustomEvents,
  CustomOutcome,
  CustomOutgoing,
  CustomProtocol,
} from './model/custom-protocol.ts'
export type { Answer, ConnectContext, ProtocolSpec, ReconnectOptions } from './model/protocol.ts'
export type { ErrorClass } from './model/error-class.ts'
export type { Distribution, Figures, Interval, JudgedFigures, PhaseFigures } from './model/figures.ts'
export type { MetricBatches, MetricFigures } from './model/metric.ts'
export type { Comparison, LoadResult, TargetSample } from './model/result.ts'
export type { ComparedPair } from './model/comparison.ts'
export type { Leaning, SourcePlace, Verdict, VerdictReason, VerdictRecord, VerdictValue } from './model/verdict.ts'
export { summary } from './report/result-summary.ts'
export type { PlanRequest, ProtocolName } from './protocols/index.ts'
export * from './protocols/registry.ts'
export { metric } from './measure/metric.ts'
export type { MetricOptions } from './measure/metric.ts'
export { judge } from './hosts/judgement.ts'
export type { Judgement, ResultJudge } from './hosts/judgement.ts'
export { runLoad, startLoad } from './hosts/script.ts'
export { metricsOf } from './run/index.ts'
export type { LoadRun } from './run/index.ts'
export * from './traffic/patterns/registry.ts'
