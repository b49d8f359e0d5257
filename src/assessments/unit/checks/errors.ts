import type { CustomProtocol } from '../../../model/custom-protocol.ts'
import type { ErrorClass } from '../../../model/error-class.ts'
import type { LoadResult } from '../../../model/result.ts'
import type { WrittenPlan } from '../../../plan/load-plan.ts'
import type { HttpRequest } from '../../../protocols/http/request.ts'
import { mcp } from '../../../protocols/mcp/index.ts'
import { formatPlural } from '../../../wording/figures.ts'
import { type Bench, type Check, type CheckGroup, type Observation, shortRun, until, whenReceived } from '../check.ts'
import { overPipes } from '../over-pipes.ts'
import { workDuring } from '../work-during.ts'

const REQUESTS = 20

/** Share of an ordinary run in which these requests are sent. */
const SHARE = 0.2

/** Returns the rate and length of a run with these requests, or of one that is a number of times as long. */
function short(bench: Bench, times = 1): ReturnType<typeof shortRun> {
  return shortRun(bench, times * REQUESTS, times * SHARE)
}

/** Every n-th request meets a fault of an embedded target. */
const EVERY = 5

/** All errors but `others` have this class, and are as many as the server provoked. */
function observation(
  result: LoadResult,
  errorClass: ErrorClass,
  provoked: number,
  counted: string,
  others = 0,
): Observation {
  const count = result.errorsByClass[errorClass]?.count ?? 0
  return {
    holds: provoked > 0 && count === provoked && result.errors === count + others,
    sent: `${formatPlural(result.requestsSent, 'request')}, ${count} of ${formatPlural(result.errors, 'error')} ${errorClass}`,
    counted,
    result,
  }
}

/** Errors that a request to the recording server provokes. */
const BY_PATH: readonly {
  readonly errorClass: ErrorClass
  readonly path: string
  readonly what: string
  readonly request?: HttpRequest
  readonly plan?: WrittenPlan
}[] = [
  { errorClass: 'http-4xx', path: '/missing', what: 'responses with status 404' },
  { errorClass: 'http-5xx', path: '/failing', what: 'responses with status 503' },
  { errorClass: 'status', path: '/odd', what: 'responses with status 700' },
  {
    errorClass: 'check',
    path: '/checked',
    what: 'responses with another text',
    request: { check: { bodyIncludes: 'no' } },
  },
  { errorClass: 'connection', path: '/reset', what: 'connections reset' },
  { errorClass: 'protocol', path: '/garbage', what: 'responses that are not HTTP' },
  {
    errorClass: 'timeout',
    path: '/silent',
    what: 'requests without a response',
    plan: { requestTimeout: 150 },
  },
]

const pathChecks: readonly Check[] = BY_PATH.map(({ errorClass, path, what, request, plan }) => ({
  name: `errors of class ${errorClass}`,
  isTimed: errorClass === 'timeout',
  async observe(bench) {
    const requests = [{ path: '/' }, { path, ...request }]
    const result = await bench.load({ ...short(bench), maxConnections: 30, request: requests, ...plan })
    const { paths } = await bench.server.control.recorded()
    const provoked = paths[path] ?? 0
    return observation(result, errorClass, provoked, `${provoked} ${what}`)
  },
}))

/** Clients that connect for each request are refused for a part of the run. */
async function observeRefusal(bench: Bench): Promise<Observation> {
  const { control } = bench.server
  const run = await bench.startLoad({ ...short(bench, 3), connection: 'short-lived' })
  await whenReceived(bench, 10)
  const refusedMs = short(bench).duration
  await control.refuse(refusedMs)
  const result = await run.result
  const { requests } = await control.recorded()
  const counted = `${formatPlural(requests, 'request')}, and accepted no connection for ${refusedMs} ms`
  // The kernel may have queued one connection when the server stops listening: it is reset, not refused.
  const queued = result.errorsByClass['connection']?.count === 1 ? 1 : 0
  return observation(result, 'connect', result.requestsSent - requests - queued, counted, queued)
}

/** A request of the embedded MCP server that it answers with an error. */
function answerCheck(errorClass: ErrorClass, request: WrittenPlan['request'], verb: string, what: string): Check {
  return {
    name: `errors of class ${errorClass}`,
    async observe(bench) {
      const { result, done } = await workDuring(bench, 'mcp', ({ url: target }) =>
        bench.load({ ...short(bench), target, ...(request !== undefined && { request }) }),
      )
      const provoked = done.verbs[verb] ?? 0
      return observation(result, errorClass, provoked, `${provoked} ${what}`)
    },
  }
}

/** The server forgets its sessions one after the other. */
async function observeLostSession(bench: Bench): Promise<Observation> {
  let dropped = 0
  const { result, done } = await workDuring(bench, 'mcp', async ({ url, soFar }) => {
    const run = await bench.startLoad({
      ...short(bench, 3),
      target: url,
      protocol: mcp({ protocolVersion: '2025-11-25', maxInFlight: 1 }),
      connection: 'long-lived',
      maxConnections: 1,
    })
    await until(bench, async () => ((await soFar()).verbs['read'] ?? 0) >= 10)
    dropped = (await bench.server.control.dropSession()) ? 1 : 0
    return run.result
  })
  const counted = `${done.sessionsOpened} sessions opened, ${dropped} deleted by the server`
  return observation(result, 'session-lost', dropped, counted)
}

/** The process behind the pipes exits in the middle of a call. */
async function observeExit(bench: Bench): Promise<Observation> {
  const { control } = bench.server
  await control.setFaults('mcpLines', { resetEvery: EVERY })
  const { result, done } = await workDuring(bench, 'mcpLines', ({ url }) =>
    bench.load({
      target: overPipes(url),
      protocol: mcp({ maxInFlight: 1 }),
      rate: 20,
      duration: 500,
      reconnect: { backoffMs: 5, maxBackoffMs: 20 },
    }),
  )
  await control.setFaults('mcpLines', {})
  const { reset: resets = 0 } = done.faults
  return observation(result, 'process-exit', resets, `${resets} processes ended in the middle of a call`)
}

/** Throws in every second exchange. */
const throwing: CustomProtocol = {
  name: 'throwing',
  async connect(target) {
    let exchanges = 0
    return {
      async exchange(_, { onDone }) {
        if (++exchanges % 2 === 0) throw new Error('a mistake of its author')
        await fetch(target)
        onDone({ ok: true })
      },
    }
  },
}

async function observeUserError(bench: Bench): Promise<Observation> {
  const result = await bench.load({ ...short(bench), protocol: throwing, maxConnections: 1 })
  const { requests } = await bench.server.control.recorded()
  return observation(result, 'user-error', result.requestsSent - requests, formatPlural(requests, 'request'))
}

/** A stopped run does not wait for responses. */
async function observeCancellation(bench: Bench): Promise<Observation> {
  const run = await bench.startLoad({ ...short(bench, 5), request: { path: '/silent' } })
  await whenReceived(bench, 10)
  const result = await run.stop('the check is over')
  const { requests } = await bench.server.control.recorded()
  return observation(result, 'cancelled', requests, `${requests} requests without a response`)
}

/** Each error is counted once, under its class. */
export const errors: CheckGroup = {
  area: 'errors',
  checks: [
    ...pathChecks,
    { name: 'errors of class connect', isTimed: true, observe: observeRefusal },
    answerCheck('jsonrpc', { resource: 'load://nothing' }, 'read', 'reads of an unknown resource'),
    answerCheck('tool-error', { tool: 'write', arguments: {} }, 'write', 'calls without the required argument'),
    { name: 'errors of class session-lost', isTimed: true, observe: observeLostSession },
    { name: 'errors of class process-exit', observe: observeExit },
    { name: 'errors of class user-error', observe: observeUserError },
    { name: 'errors of class cancelled', observe: observeCancellation },
  ],
}
