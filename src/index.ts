export { LoadMatcherError } from './judge/matcher-error.ts'
export {
  LoadError,
  LoadInternalError,
  LoadPlanError,
  LoadResourceError,
  LoadTargetError,
  LoadVerdictError,
} from './model/errors.ts'
export type { PlanFault } from './model/errors.ts'
export type { Body, GeneratedBody, MessageFormat } from './model/body.ts'
export type { Doubt, DoubtCode } from './model/doubt.ts'
export type { ArrivalPattern, ArrivalProcessName, PatternSpec, PhaseWindow } from './model/pattern.ts'
export type {
  AbortLimits,
  CommandTarget,
  ConnectionKind,
  Feed,
  LoadPlan,
  MessageSize,
  Mix,
  MixEntry,
  MonitorTarget,
  OnInconclusive,
  Operations,
  Overflow,
  PatternName,
  PlanRequest,
  ProtocolName,
  RequestContext,
  Sla,
  StdioTarget,
  Target,
  TlsOptions,
  WorkloadName,
} from './model/plan.ts'
export type { Artifact, Environment, LoadRecord, RunRecord } from './model/record.ts'
export { journey } from './model/journey.ts'
export type { JourneyContext, JourneyFunction, StepAnswer } from './model/journey.ts'
export type { OwnConnection, OwnEvents, OwnOutcome, OwnOutgoing, OwnProtocol } from './model/own-protocol.ts'
export type { Answer, ConnectContext, ErrorClass, ProtocolSpec, ReconnectOptions } from './model/protocol.ts'
export type { HttpAnswer, HttpCheck, HttpRequest, McpRequest, TcpRequest, WebSocketRequest } from './model/requests.ts'
export type { SetupContext, SetupFunction } from './model/setup.ts'
export type {
  Distribution,
  Figures,
  Interval,
  JudgedFigures,
  LoadResult,
  PhaseFigures,
  TargetSample,
} from './model/result.ts'
export type { Leaning, Verdict, VerdictReason, VerdictRecord, VerdictValue } from './model/verdict.ts'
export { http } from './protocols/http/index.ts'
export { mcp } from './protocols/mcp/index.ts'
export type { McpOptions } from './protocols/mcp/options.ts'
export { tcp } from './protocols/tcp/index.ts'
export type { Framing, TcpOptions } from './protocols/tcp/index.ts'
export { websocket } from './protocols/websocket/index.ts'
export type { WebSocketOptions } from './protocols/websocket/index.ts'
export { runLoad, startLoad } from './run/index.ts'
export type { LoadRun } from './run/index.ts'
export * from './traffic/patterns/registry.ts'
export { mix } from './traffic/workloads/mix.ts'
