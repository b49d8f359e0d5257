import type { LoadContext } from '../../hosts/port.ts'
import { errorPatterns } from '../../judge/analysis/error-patterns.ts'
import { STRESS_PHASES, stressJudgement } from '../../judge/analysis/mcp-health.ts'
import type { McpStressFindings, ProbeFinding } from '../../model/mcp-stress-findings.ts'
import type { LoadPlan } from '../../plan/load-plan.ts'
import type { StdioTarget, Target } from '../../model/target.ts'
import type { McpRequest } from '../../model/requests.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Ms } from '../../model/units.ts'
import type { VerdictValue } from '../../model/verdict.ts'
import { mcpStressLines, mcpStressSentence } from '../../report/mcp-stress-sentences.ts'
import { constant, sequence } from '../../traffic/patterns/index.ts'
import { type SuiteEnvironment, suiteEnvironment } from '../environment.ts'
import { discoverCalls, type McpCalls } from './mcp-calls.ts'
import { runProbes } from './probes/index.ts'
import { callsFrom } from './probes/probe.ts'
import { Prober } from './probes/prober.ts'
import { missingTarget, settleSuite, type SharedPlan, sharedPlan, type SuiteHost, worstOf } from '../suite.ts'
import { isStdio } from '../../model/target.ts'

/** Options of `mcpStressSuite`. The environment (`LOAD_TARGET_MCP`, `LOAD_RATE`, …) takes precedence. */
export interface McpStressOptions extends SharedPlan, Partial<McpCalls> {
  /** Name of the test, and of the entry in `mcp_stress_test.json`; default `mcp-stress`. */
  readonly name?: string
  /** `mcp+http://…`, `mcp+ws://…`, `mcp+tcp://…`, or `{ stdio: […] }`; or a function that returns a URL. */
  readonly target?: Target
  /** Length of each phase; default 10 s. */
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
const STRESS_RPS = 500

/** Adapts the suite to a host. The test fails when health is poor, or when a probe fails. */
export function mcpStressSuiteOn({ describeLoad, loadTest }: SuiteHost): McpStressSuite {
  return ({ name = 'mcp-stress', target, ...options } = {}) => {
    const asked = suiteEnvironment(process.env)
    const targets = asked.targets ?? (target === undefined ? {} : { mcp: target })
    const why = missingTarget(targets, ['mcp'])
    describeLoad(name, {}, () => {
      const title = 'stays healthy under stress, and has no known fault of MCP servers'
      if (why !== undefined || targets.mcp === undefined) return loadTest.skip(`${title} (${why})`, () => {})
      const { mcp } = targets
      loadTest(title, (context) => stress(context, name, mcp, options, asked))
    })
  }
}

async function stress(
  context: LoadContext,
  name: string,
  target: Target,
  {
    phaseMs = PHASE_MS,
    idleMs = IDLE_MS,
    equalIds = false,
    call,
    slowCall,
    ...shared
  }: Omit<McpStressOptions, 'name' | 'target'>,
  asked: SuiteEnvironment,
): Promise<void> {
  const plan: LoadPlan = { ...sharedPlan(shared, asked), target, protocol: 'mcp' }
  const given = asked.request === undefined ? call : ([asked.request].flat()[0] as unknown as McpRequest)
  // A short run, not part of any report, from which the suite learns what to call.
  const look = await (await context.startLoad({ ...plan, rate: 5, duration: 400 }, { record: false })).result
  const prober = new Prober({
    url: new URL(look.target.url),
    stdio: isStdio(target) ? target : undefined,
    headers: { ...shared.headers, ...asked.headers },
    pids: look.target.pids,
  })
  const calls = await discoverCalls(prober, {
    ...(given !== undefined && { call: given }),
    ...(slowCall !== undefined && { slowCall }),
  })
  await prober.end()

  const factor = (asked.rate ?? STRESS_RPS) / STRESS_RPS
  const length = asked.durationMs ?? phaseMs
  const pattern = sequence(
    ...STRESS_PHASES.map(({ name: phase, rate }) => constant({ name: phase, rate: rate * factor, duration: length })),
  )
  const result = await context.load({ ...plan, request: calls.call, pattern })
  const conclude = (probes: readonly ProbeFinding[]): McpStressFindings => {
    const findings = findingsOf(result, prober.stdio, probes)
    context.conclude('mcp-stress', findings, name)
    return findings
  }
  const found: ProbeFinding[] = []
  conclude(found)
  const load = async (probePlan: LoadPlan): Promise<LoadResult> => {
    const run = await context.startLoad({ ...plan, monitor: 'off', ...probePlan }, { record: false })
    return run.result
  }
  await runProbes({ prober, load, idleMs, equalIds, slowCall: calls.slowCall, ...callsFrom(calls.call) }, (finding) => {
    found.push(finding)
    conclude(found)
  })
  const findings = conclude(found)
  settleSuite({
    matcher: 'mcpStressSuite',
    verdict: verdictOf(findings, result),
    message: mcpStressSentence(findings),
    lines: mcpStressLines(findings),
    result,
    code: 'ERR_LOAD_MCP_STRESS',
  })
}

function findingsOf(
  result: LoadResult,
  stdio: StdioTarget | undefined,
  probes: readonly ProbeFinding[],
): McpStressFindings {
  return {
    protocolVersion: result.protocolVersion,
    transport: transportOf(result.target.url, stdio),
    ...stressJudgement(result, 0),
    errorPatterns: errorPatterns(result),
    probes: [...probes],
  }
}

function transportOf(url: string, stdio: StdioTarget | undefined): McpStressFindings['transport'] {
  if (stdio !== undefined) return 'stdio'
  if (url.startsWith('mcp+ws')) return 'websocket'
  return url.startsWith('mcp+tcp') ? 'tcp' : 'http'
}

/** A saturated generator slows the responses, so that the health of the server is unknown. */
function verdictOf({ health, probes }: McpStressFindings, { generator, ended }: LoadResult): VerdictValue {
  const probed = worstOf(probes.flatMap(({ verdict }) => (verdict === 'not-applicable' ? [] : [verdict])))
  if (health !== 'poor' || probed === 'fail') return probed
  return ended !== 'completed' || generator.eventLoopUtilization > 0.95 ? 'invalid' : 'fail'
}
