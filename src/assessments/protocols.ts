import type { LoadContext } from '../hosts/port.ts'
import { recordVerdict } from '../hosts/record-book.ts'
import { bestFor, type MeasuredProtocol, rankProtocols } from '../judge/analysis/protocol-ranking.ts'
import type { TrialOutcome } from '../judge/analysis/limit-trial.ts'
import { figuresOf } from '../judge/analysis/trial-figures.ts'
import { judgeTrial } from '../judge/analysis/trial-verdict.ts'
import type { LimitSlo } from '../model/limits-findings.ts'
import type { LoadPlan, ProtocolName, Target } from '../model/plan.ts'
import type { ProtocolsFindings } from '../model/protocols-findings.ts'
import { realDelay } from '../model/real-time.ts'
import type { LoadResult } from '../model/result.ts'
import type { Ms, Rps } from '../model/units.ts'
import { portOf } from '../protocols/index.ts'
import { protocolLines, protocolsSentence } from '../report/protocols-sentences.ts'
import { type Relay, startRelay } from '../run/relay.ts'
import { type SuiteEnvironment, suiteEnvironment } from './environment.ts'
import {
  missingTarget,
  settleSuite,
  type SharedPlan,
  sharedPlan,
  type SuiteHost,
  type SuiteTargets,
  targetsOf,
  worstOf,
} from './suite.ts'

/** What to compare. What the environment says (`LOAD_TARGET_…`, `LOAD_P99_MS`, …) wins over this. */
export interface ProtocolsOptions extends SharedPlan {
  /** Names the test, and the entry in `protocol_comparison.json`; `protocols` when absent. */
  readonly name?: string
  /** By protocol; who is not named is left out, and the report says so. */
  readonly targets?: SuiteTargets
  /** p99 250 ms and 1% failed requests when absent. */
  readonly slo?: Partial<LimitSlo>
  /** Of the phases in which all protocols are asked for the same; 100 when absent. */
  readonly rate?: Rps
  /** Of each phase; 8 s when absent. */
  readonly phaseMs?: Ms
}

/** Declares the comparison, as one load test. */
export type ProtocolsSuite = (options?: ProtocolsOptions) => void

const PROTOCOLS = ['http', 'websocket', 'tcp', 'mcp'] as const satisfies readonly ProtocolName[]
const DEFAULT_SLO: LimitSlo = { p99Ms: 250, errorRate: 0.01 }
const DEFAULT_RATE: Rps = 100
const DEFAULT_PHASE_MS: Ms = 8_000
/** Requests under way in the closed model, and connections everywhere; more where these leave the target unslowed. */
const CLIENTS = 16
const MORE_CLIENTS = 4
const MOST_CLIENTS = 256
/** Service that takes no longer than this much of what it takes in calm: the target would serve more clients as well. */
const UNSLOWED = 1.3
/**
 * Of the throughput of the closed model, from the highest that is tried on. Who never pauses sends many requests in one
 * go, which costs both sides less than requests that come one by one: half of that rate is already much.
 */
const HOLD_SHARES = [0.5, 0.25, 0.12, 0.06] as const
/** What a sustained rate takes to be seen. */
const LEAST_HOLD_MS: Ms = 3_400
const CUTS = 3
/** A generator thread that is as busy has no room left: it was the limit, and not the target. */
const BUSY = 0.9

/** The suite for a host: red when a protocol breaks the service level at the common rate. */
export function protocolsSuiteOn({ describeLoad, loadTest }: SuiteHost): ProtocolsSuite {
  return ({ name = 'protocols', ...options } = {}) => {
    describeLoad(name, {}, () => {
      loadTest('every protocol holds the service level, and one is best for each use', (context) =>
        compare(context, name, options, suiteEnvironment(process.env)),
      )
    })
  }
}

async function compare(
  context: LoadContext,
  name: string,
  { targets: given, slo: wanted, rate: askedRate, phaseMs, ...shared }: ProtocolsOptions,
  asked: SuiteEnvironment,
): Promise<void> {
  const targets = targetsOf(given, asked)
  const slo: LimitSlo = {
    p99Ms: asked.p99Ms ?? wanted?.p99Ms ?? DEFAULT_SLO.p99Ms,
    errorRate: asked.errorRate ?? wanted?.errorRate ?? DEFAULT_SLO.errorRate,
  }
  const rate = asked.rate ?? askedRate ?? DEFAULT_RATE
  const duration = asked.durationMs ?? phaseMs ?? DEFAULT_PHASE_MS
  const measured: MeasuredProtocol[] = []
  const skipped: { protocol: ProtocolName; why: string }[] = []
  const conclude = (): ProtocolsFindings => {
    const ranking = rankProtocols(measured)
    const findings = { slo, rate, clients: CLIENTS, ranking, bestFor: bestFor(ranking), skipped: [...skipped] }
    context.conclude('protocols', findings, name)
    return findings
  }
  let deciding: LoadResult | undefined
  for (const protocol of PROTOCOLS) {
    const target = targets[protocol]
    const why = missingTarget(targets, [protocol])
    if (target === undefined || why !== undefined) {
      skipped.push({ protocol, why: why ?? 'no target' })
      continue
    }
    const plan: LoadPlan = { maxConnections: CLIENTS, ...sharedPlan(shared, asked), protocol, target }
    const { result, ...figures } = await measure(context, { protocol, target, plan, slo, rate, duration })
    measured.push(figures)
    if (deciding === undefined || figures.verdict !== 'pass') deciding = result
    conclude()
  }
  const findings = conclude()
  settleSuite({
    matcher: 'protocolsSuite',
    verdict: measured.length === 0 ? 'invalid' : worstOf(measured.map(({ verdict }) => verdict)),
    message: protocolsSentence(findings),
    lines: protocolLines(findings),
    result: deciding,
    code: 'ERR_LOAD_PROTOCOLS',
  })
}

interface Subject {
  readonly protocol: ProtocolName
  readonly target: Target
  readonly plan: LoadPlan
  readonly slo: LimitSlo
  readonly rate: Rps
  readonly duration: Ms
}

async function measure(
  context: LoadContext,
  subject: Subject,
): Promise<MeasuredProtocol & { readonly result: LoadResult }> {
  const { protocol, plan, rate, duration } = subject
  const common = await context.load({ ...plan, rate, duration, warmUp: duration / 8 })
  const { verdict } = judge(common, subject, rate)
  const { full, clients, unslowed } = await fill(context, subject, common)
  const most = await highest(context, subject, full, clients)
  const cut = await whileCut(context, subject, common)
  const { responseTime: times } = common
  return {
    protocol,
    verdict,
    throughputRps: full.throughputRps,
    clients,
    maxRps: most.maxRps,
    maxIsBound: most.maxIsBound || unslowed,
    p50Ms: 'p50Ms' in times ? times.p50Ms : null,
    p95Ms: 'p95Ms' in times ? times.p95Ms : null,
    p99Ms: 'p99Ms' in times ? times.p99Ms : null,
    ...cut,
    cpuUsPerRequest: cpuUsOf(full),
    result: common,
  }
}

interface Filled {
  readonly full: LoadResult
  readonly clients: number
  /** As many as these are did not fill the target. */
  readonly unslowed: boolean
}

/** As many requests under way, always, as it takes to slow the target: fewer would tell of the clients, and not of it. */
async function fill(context: LoadContext, { plan, target, duration }: Subject, calm: LoadResult): Promise<Filled> {
  // Over pipes each connection is a process of the target's own.
  const most = typeof target === 'object' && 'stdio' in target ? CLIENTS : MOST_CLIENTS
  for (let clients = CLIENTS; ; clients *= MORE_CLIENTS) {
    const closed = { ...plan, concurrency: clients, maxConnections: clients }
    const full = await context.load({ ...closed, duration: duration / 2, warmUp: duration / 8 })
    const [before, after] = [meanServiceMs(calm), meanServiceMs(full)]
    const unslowed = before !== null && after !== null && after <= UNSLOWED * before
    if (!unslowed || clients >= most) return { full, clients, unslowed }
  }
}

function meanServiceMs({ serviceTime }: LoadResult): Ms | null {
  return 'meanMs' in serviceTime ? serviceTime.meanMs : null
}

/** The highest share of the full throughput that holds the service level in the open model. */
async function highest(
  context: LoadContext,
  subject: Subject,
  full: LoadResult,
  maxConnections: number,
): Promise<Pick<MeasuredProtocol, 'maxRps' | 'maxIsBound'>> {
  let maxIsBound = full.generator.eventLoopUtilization > BUSY
  for (const share of HOLD_SHARES) {
    const rate = Math.max(1, Math.floor(share * full.throughputRps))
    const result = await context.load({
      ...subject.plan,
      maxConnections,
      rate,
      duration: Math.max(LEAST_HOLD_MS, subject.duration / 2),
    })
    const { verdict, toolRanOut } = judge(result, subject, rate)
    maxIsBound ||= toolRanOut
    if (verdict === 'pass') return { maxRps: rate, maxIsBound }
  }
  return { maxRps: null, maxIsBound }
}

/** As the search of `limits` judges its trials: late requests are counted as they are, for a minute holds too few clusters. */
function judge(result: LoadResult, { slo }: Subject, rate: Rps): TrialOutcome {
  const trial = { purpose: 'hold', rate, arrivals: 'uniform', durationMs: result.durationMs } as const
  const outcome = judgeTrial(trial, figuresOf(result, slo), slo)
  const { verdict, reasons } = outcome
  const message = `${rate} req/s within the service level${reasons.length === 0 ? '' : `: ${reasons.join('; ')}`}`
  recordVerdict(result, { matcher: 'protocolsSuite', verdict, message })
  return outcome
}

/** At the common rate, by way of a relay that is cut again and again. */
async function whileCut(
  context: LoadContext,
  { plan, target, rate, duration }: Subject,
  { target: { url } }: LoadResult,
): Promise<Pick<MeasuredProtocol, 'successRate' | 'reconnectMs' | 'lost'>> {
  const port = portOf(new URL(url))
  // Over pipes there is no connection that could be cut.
  if (port === undefined || (typeof target === 'object' && 'stdio' in target)) {
    return { successRate: 1, reconnectMs: null, lost: 0 }
  }
  const relay = await startRelay(new URL(url), port)
  try {
    const reconnect = { backoffMs: 10, maxBackoffMs: 200 }
    const run = await context.startLoad({ ...plan, target: relay.url, rate, duration, reconnect, monitor: 'off' })
    const [result, reconnectMs] = await Promise.all([run.result, cutAgain(relay, duration)])
    return { successRate: result.successRate, reconnectMs, lost: result.errors + result.dropped }
  } finally {
    await relay.close()
  }
}

/** Cuts in even steps; the longest time until the target answered again. */
async function cutAgain({ cut }: Relay, duration: Ms): Promise<Ms | null> {
  const waits: Promise<Ms | null>[] = []
  for (let i = 0; i < CUTS; i++) {
    await realDelay(duration / (CUTS + 1))
    waits.push(cut())
  }
  const seen = (await Promise.race([Promise.all(waits), realDelay(duration).then(() => [])])).flatMap((ms) => ms ?? [])
  return seen.length === 0 ? null : Math.max(...seen)
}

/** CPU of the target for one request, in µs; the first sample covers the start of the run as well. */
function cpuUsOf({ target: { samples }, achievedRps }: LoadResult): number | null {
  const used = (samples.length > 1 ? samples.slice(1) : samples).flatMap(({ cpuPercent }) => cpuPercent ?? [])
  if (used.length === 0 || achievedRps <= 0) return null
  return (1e4 * used.reduce((sum, percent) => sum + percent, 0)) / used.length / achievedRps
}
