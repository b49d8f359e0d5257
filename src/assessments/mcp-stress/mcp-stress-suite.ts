import { STRESS_PHASES } from '../../judge/analysis/mcp-health.ts'
import type { McpStressFindings, ProbeFinding } from '../../model/mcp-stress-findings.ts'
import type { PatternSpec } from '../../model/pattern.ts'
import type { McpRequest } from '../../protocols/mcp/request.ts'
import type { LoadResult } from '../../model/result.ts'
import { isStdio, type Target } from '../../model/target.ts'
import type { Ms, Rps } from '../../model/units.ts'
import type { WrittenPlan } from '../../plan/load-plan.ts'
import { constant, sequence } from '../../traffic/patterns/index.ts'
import { type SuiteEnvironment, suiteEnvironment } from '../environment.ts'
import {
  ceilingOf,
  settleSuite,
  type SharedPlan,
  sharedPlan,
  suiteHost,
  type SuiteHost,
  type SuiteContext,
} from '../suite.ts'
import { notNegative, positive } from '../../model/readers.ts'
import { checkOptions } from '../suite-options.ts'
import { withStartedTargets } from '../started-targets.ts'
import { missingTarget, targetsOf } from '../suite-targets.ts'
import { mcpStressConclusion, mcpStressFindings } from './conclusion.ts'
import { allRequests, operationsOf, type SuiteOperations } from '../operations.ts'
import { failingCalls } from './failing-calls.ts'
import { discoverCalls, type McpCalls } from './mcp-calls.ts'
import { PROBE_COUNT, runProbes } from './probes/index.ts'
import { callsFrom } from './probes/probe.ts'
import { Prober } from './probes/prober.ts'

/** Options of `mcpStressSuite`. The environment (`LOAD_TARGET_MCP`, `LOAD_RATE`, …) takes precedence. */
export interface McpStressOptions extends SharedPlan {
  /** Name of the test, and of the entry in `mcp_stress_test.json`; default `mcp-stress`. */
  readonly name?: string
  /** `mcp+http://…`, `mcp+ws://…`, `mcp+tcp://…`, or `{ stdio: […] }`; or a function that returns a URL. */
  readonly target?: Target
  /** The call of every phase; default a tool that returns its input, else `tools/list`. */
  readonly call?: McpRequest
  /** The same as `call`, under the name that all suites have. */
  readonly request?: McpRequest
  /** Calls by operation: the phases send all of these, by their `weight`, and the probes the first read. */
  readonly operations?: SuiteOperations
  /** A call that takes `ms` milliseconds, for probes that need one; default a slow tool that is known. */
  readonly slowCall?: ((ms: Ms) => McpRequest) | undefined
  /** Length of each phase, in ms; default 10 000. */
  readonly phaseMs?: Ms
  /** How long to observe an idle stream; default 5 s. */
  readonly idleMs?: Ms
  /**
   * Also probe whether the server keeps calls of two sessions with the same id apart. Default false, because calls of
   * other clients may hang on a server that does not.
   */
  readonly equalIds?: boolean
}

/** Declares the phases and the probes, as one load test. */
export type McpStressSuite = (options?: McpStressOptions) => void

const PHASE_MS: Ms = 10_000
const IDLE_MS: Ms = 5_000
/** Rate of the stress phase; the other phases scale with it. */
const STRESS_RPS: Rps = 500
/** Rate and number of the calls that open the server. */
const OPENING_RPS: Rps = 5
const OPENING_CALLS = 2

/** Adapts the suite to a host. The test fails when health is poor, or when a probe fails. */
export function mcpStressSuiteOn(host: SuiteHost): McpStressSuite {
  const { describeLoad, loadTest } = suiteHost(host)
  return ({ name = 'mcp-stress', target, ...options } = {}) => {
    const environment = suiteEnvironment(process.env)
    const targets = targetsOf(target === undefined ? {} : { mcp: target }, environment)
    const why = missingTarget(targets, ['mcp'])
    describeLoad(name, {}, () => {
      const title = 'stays healthy under stress, and has no known fault of MCP servers'
      if (why !== undefined || targets.mcp === undefined) return loadTest.skip(`${title} (${why})`, () => {})
      loadTest(title, async (context) => {
        checkOptions(options, { phaseMs: positive, idleMs: notNegative })
        await withStartedTargets(targets, options, context.signal, ({ mcp }) =>
          judgeServer(context, settingsOf(options, mcp, environment), name),
        )
      })
    })
  }
}

/** Runs the phases and the probes. Throws if health is poor, or if a probe fails. */
async function judgeServer(context: SuiteContext, settings: McpStressSettings, name: string): Promise<void> {
  const server = await openServer(context, settings)
  const result = await context.load({
    ...settings.plan,
    request: settings.sent ?? server.calls.call,
    pattern: patternOf(settings),
  })
  const conclude = (probes: readonly ProbeFinding[]): McpStressFindings => {
    const findings = mcpStressFindings(result, probes, server.prober.calls)
    context.conclude('mcp-stress', findings, name)
    return findings
  }
  conclude([])
  const findings = conclude(await probe(context, settings, { ...server, failing: failingCalls(result) }, conclude))
  settleSuite({
    matcher: 'mcpStressSuite',
    code: 'ERR_LOAD_MCP_STRESS',
    ...mcpStressConclusion(findings, result),
  })
}

interface McpStressSettings {
  readonly target: Target | undefined
  /** The plan that all runs share. */
  readonly plan: WrittenPlan
  readonly stressRps: Rps
  /** The rate that no load and no probe exceeds, if there is one. */
  readonly maxRps: Rps | undefined
  readonly phaseMs: Ms
  readonly idleMs: Ms
  readonly equalIds: boolean
  /** What the phases send; undefined for the call that the suite discovers. */
  readonly sent: WrittenPlan['request']
  /** Calls that the suite does not have to discover. */
  readonly calls: Partial<McpCalls>
}

function settingsOf(
  {
    phaseMs = PHASE_MS,
    idleMs = IDLE_MS,
    equalIds = false,
    call: givenCall,
    request = givenCall,
    operations,
    slowCall,
    ...shared
  }: Omit<McpStressOptions, 'name' | 'target'>,
  target: Target | undefined,
  environment: SuiteEnvironment,
): McpStressSettings {
  const known = operationsOf({ request, operations }, environment, 'mcp', true)
  // Probes need one call.
  const [call] = (known.read ?? known.write ?? known.stream ?? []) as readonly McpRequest[]
  const maxRps = ceilingOf(shared, environment)
  return {
    target,
    plan: { ...sharedPlan(shared, environment), ...(target !== undefined && { target }), protocol: 'mcp' },
    stressRps: Math.min(environment.rate ?? STRESS_RPS, maxRps ?? Number.POSITIVE_INFINITY),
    maxRps,
    phaseMs: environment.durationMs ?? phaseMs,
    idleMs,
    equalIds,
    sent: allRequests(known),
    calls: { ...(call !== undefined && { call }), ...(slowCall !== undefined && { slowCall }) },
  }
}

function patternOf({ stressRps, phaseMs }: McpStressSettings): PatternSpec {
  const factor = stressRps / STRESS_RPS
  return sequence(...STRESS_PHASES.map(({ name, rate }) => constant({ name, rate: rate * factor, duration: phaseMs })))
}

interface OpenServer {
  readonly prober: Prober
  readonly calls: McpCalls
}

/** Opens the server with a short run, which is not part of any report, and learns from it what to call. */
async function openServer(context: SuiteContext, { target, plan, calls }: McpStressSettings): Promise<OpenServer> {
  const rate = Math.min(OPENING_RPS, plan.maxRps ?? OPENING_RPS)
  const run = await context.startLoad(
    { ...plan, rate, duration: (1_000 * OPENING_CALLS) / rate },
    { record: false, phase: 'open' },
  )
  const { url, pids } = (await run.result).target
  const prober = new Prober({
    url: new URL(url),
    stdio: isStdio(target) ? target : undefined,
    headers: { ...plan.headers },
    tls: { ...plan.tls },
    pids,
    maxRps: plan.maxRps,
  })
  const discovered = await discoverCalls(prober, calls)
  await prober.end()
  return { prober, calls: discovered }
}

async function probe(
  context: SuiteContext,
  { plan, maxRps, idleMs, equalIds }: McpStressSettings,
  { prober, calls, failing }: OpenServer & { readonly failing: string | undefined },
  onFindings: (findings: readonly ProbeFinding[]) => void,
): Promise<readonly ProbeFinding[]> {
  const findings: ProbeFinding[] = []
  const load = async (probePlan: WrittenPlan): Promise<LoadResult> => {
    const part = { number: findings.length + 1, of: PROBE_COUNT, isExact: true, leftMs: 0 }
    const options = { record: false, phase: 'probe', part }
    const run = await context.startLoad({ ...plan, monitor: 'off', ...probePlan }, options)
    return run.result
  }
  return runProbes(
    {
      prober,
      load,
      failingCalls: failing,
      maxRps,
      idleMs,
      equalIds,
      slowCall: calls.slowCall,
      ...callsFrom(calls.call),
    },
    (finding) => {
      findings.push(finding)
      onFindings(findings)
    },
  )
}
