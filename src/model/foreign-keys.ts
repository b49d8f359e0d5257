/**
 * Keys that a plan does not have, and what to write instead: keys of other load testing tools, and keys that belong in
 * another place. To add one, add a line.
 */
import { ownValue } from './own-value.ts'

/** What the author of an unknown key meant. */
export interface ForeignKey {
  /** What to write instead, for the value that was given. */
  readonly remedy: string
  /** The flags of the command that do the same, if there are any. */
  readonly flags?: string
  /** The tools that have the key. */
  readonly tools?: string
  /** Keys that the remedy sets. "Must be given" about one of them would be a second message on the same mistake. */
  readonly sets: readonly string[]
}

/** Explains an unknown key; undefined if it is not known elsewhere either. */
export type ExplainKey = (key: string, value: unknown) => ForeignKey | undefined

interface Entry {
  /** The tools that have the key. Absent for a key that several tools have, or that belongs in another place. */
  readonly tools?: string
  readonly remedy: string | ((value: unknown) => string)
  /** The flags of the command that do the same. Absent if only a plan can. */
  readonly flags?: string | ((value: unknown) => string)
  readonly sets?: readonly string[]
}

type Entries = Readonly<Record<string, Entry>>

/** Returns the number that was given, or `usual` to show as an example. */
function numberOr(value: unknown, usual: number): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : usual
}

const users: Omit<Entry, 'tools'> = {
  remedy: (value) =>
    `write rate: 100 (requests per second) for users who arrive independently, or concurrency: ${numberOr(value, 10)} ` +
    'for that many requests in flight, where each waits for the previous response',
  flags: (value) =>
    `use -r 100 (requests per second) for users who arrive independently, or --concurrency ${numberOr(value, 10)} for ` +
    'that many requests in flight, where each waits for the previous response',
  sets: ['rate'],
}

const rate: Omit<Entry, 'tools'> = {
  remedy: (value) => `write rate: ${numberOr(value, 50)}`,
  flags: (value) => `use -r ${numberOr(value, 50)}`,
  sets: ['rate'],
}

function totalRemedy(value: unknown): string {
  const count = numberOr(value, 1_000)
  return (
    `a plan has a rate and a duration, which give the number of requests; for ${count} requests in 10 s, write ` +
    `rate: ${count / 10}, duration: '10s'`
  )
}

const total: Omit<Entry, 'tools'> = {
  remedy: totalRemedy,
  flags: (value) => `for ${numberOr(value, 1_000)} requests, use -r ${numberOr(value, 1_000) / 10} -d 10s`,
  sets: ['rate', 'duration'],
}

const target: Omit<Entry, 'tools'> = {
  remedy: "write target: 'http://127.0.0.1:3000'",
  flags: 'use -t http://127.0.0.1:3000',
  sets: ['target'],
}
const wholeUrl: Entry = { ...target, remedy: urlRemedy }
const connections: Omit<Entry, 'tools'> = {
  remedy: (value) => `write maxConnections: ${numberOr(value, 100)}`,
  flags: (value) => `use -c ${numberOr(value, 100)}`,
}

const RAMP = "write pattern: rampUp({ from: 0, to: 50, duration: '30s' }), and sequence(…) for several stages"
const ramp: Omit<Entry, 'tools'> = { remedy: RAMP, sets: ['rate', 'duration'] }

const limits: Omit<Entry, 'tools'> = {
  remedy: 'write sla: { p95Ms: 200, errorRate: 0.01 }, and expect(result).toMeetSla() in the test',
  flags: 'use --p95 200 --error-rate 0.01',
}

const think: Entry = { remedy: 'users who pause need a journey: yield* think(1_000, 3_000) between two steps' }

const tls: Entry = {
  remedy: 'write tls: { rejectUnauthorized: false }, or tls: { ca } to trust a certificate',
  flags: 'use -k, or --tls-ca ca.pem to trust a certificate',
}

const redirects: Entry = { remedy: 'redirects are not followed: request the final path' }

const testOption: Entry = { remedy: 'options of the test runner belong under `test`: test: { … }' }

/** Keys of a request, written beside `request`. */
function inRequest(example: string): Entry {
  return { remedy: `write it inside \`request\`: request: { ${example} }` }
}

/** Unknown keys of a plan. */
const ELSEWHERE_IN_PLAN: Entries = {
  // k6
  vus: { tools: 'k6', ...users },
  maxVUs: { tools: 'k6', ...connections },
  preAllocatedVUs: { tools: 'k6', remedy: 'connections open as the rate needs them; maxConnections limits them' },
  stages: { tools: 'k6', remedy: stagesRemedy, sets: ['rate', 'duration'] },
  executor: { tools: 'k6', ...ramp },
  startRate: { tools: 'k6', ...ramp },
  iterations: { tools: 'k6', ...total },
  thresholds: { tools: 'k6', ...limits },
  scenarios: { tools: 'k6', remedy: 'write one loadTest per scenario, or workload: mix([…]) for several at once' },
  insecureSkipTLSVerify: { tools: 'k6', ...tls },
  noConnectionReuse: { tools: 'k6', remedy: "write connection: 'short-lived'" },
  gracefulStop: { tools: 'k6', remedy: 'a run waits for its last responses for requestTimeout' },
  rps: { tools: 'k6', ...rate },
  // Artillery
  phases: { tools: 'Artillery', remedy: stagesRemedy, sets: ['rate', 'duration'] },
  arrivalRate: { tools: 'Artillery', ...rate },
  arrivalCount: { tools: 'Artillery', ...total },
  rampTo: {
    tools: 'Artillery',
    remedy: (value) => `write pattern: rampUp({ from: 10, to: ${numberOr(value, 50)}, duration: '30s' })`,
    sets: ['rate', 'duration'],
  },
  ensure: { tools: 'Artillery', ...limits },
  maxVusers: { tools: 'Artillery', ...connections },
  // autocannon
  connections: {
    tools: 'autocannon',
    remedy: (value) =>
      `write rate: 100 (requests per second), or concurrency: ${numberOr(value, 10)} for that many requests always in ` +
      'flight; maxConnections only limits the connections',
    flags: (value) =>
      `use -r 100 (requests per second), or --concurrency ${numberOr(value, 10)} for that many requests always in ` +
      'flight; -c only limits the connections',
    sets: ['rate'],
  },
  amount: { tools: 'autocannon', ...total },
  overallRate: { tools: 'autocannon', ...rate },
  connectionRate: { tools: 'autocannon', ...rate },
  pipelining: {
    tools: 'autocannon',
    remedy: 'an HTTP/1.1 connection carries one request at a time; raise `rate`, and maxConnections if it is too low',
  },
  bailout: { tools: 'autocannon', remedy: 'write abortOn: { errorRate: 0.5 }' },
  workers: {
    tools: 'autocannon',
    remedy: (value) => `write threads: ${numberOr(value, 2)}`,
    flags: (value) => `use -p ${numberOr(value, 2)}`,
  },
  // Others
  users: { tools: 'Locust and Gatling', ...users },
  spawnRate: { tools: 'Locust', ...ramp },
  requestsPerSecond: { tools: 'loadtest', ...rate },
  maxRequests: { tools: 'loadtest', ...total },
  numThreads: { tools: 'JMeter', ...users },
  rampUp: { remedy: RAMP, sets: ['rate', 'duration'] },
  rampDown: { remedy: RAMP, sets: ['rate', 'duration'] },
  virtualUsers: users,
  clients: users,
  qps: rate,
  requestRate: rate,
  requests: {
    ...total,
    remedy: (value) => (Array.isArray(value) ? 'write request: […]' : totalRemedy(value)),
    sets: ['rate'],
  },
  timeout: {
    remedy: (value) => {
      const ms = numberOr(value, 5_000)
      return `write requestTimeout: ${ms} to limit each request (in ms), or test: { timeout: ${ms} } to limit the whole test`
    },
  },
  url: wholeUrl,
  uri: wholeUrl,
  baseUrl: wholeUrl,
  baseURL: wholeUrl,
  endpoint: wholeUrl,
  host: target,
  hostname: target,
  port: target,
  server: target,
  time: { remedy: "write duration: '30s'", flags: 'use -d 30s', sets: ['duration'] },
  think,
  thinkTime: think,
  sleep: think,
  delay: think,
  pause: think,
  pacing: think,
  assertions: limits,
  rejectUnauthorized: tls,
  insecure: tls,
  ca: { remedy: "write tls: { ca: readFileSync('ca.pem', 'utf8') }", flags: 'use --tls-ca ca.pem' },
  cert: { remedy: "write tls: { cert: readFileSync('cert.pem', 'utf8'), key: … }" },
  followRedirects: redirects,
  followRedirect: redirects,
  maxRedirects: redirects,
  keepAlive: { remedy: "connections are kept open; write connection: 'short-lived' for one connection per request" },
  proxy: { remedy: 'load does not go through a proxy: it connects to the target directly' },
  cookies: {
    remedy: "write headers: { cookie: 'name=value' }; a journey keeps the cookies that it receives",
    flags: "use -H 'cookie: name=value'",
  },
  name: { remedy: "the name of a test is the first argument: loadTest('name', { … }, …)" },
  retry: { remedy: 'a load test is never retried: its failure is a finding' },
  retries: { remedy: 'a load test is never retried: its failure is a finding' },
  repeats: testOption,
  skip: testOption,
  tags: testOption,
  path: inRequest("path: '/cart'"),
  method: inRequest("method: 'POST'"),
  body: inRequest("method: 'POST', body: { … }"),
  json: {
    ...inRequest("method: 'POST', body: { … }"),
    flags: "use --body '{ … }' -H 'content-type: application/json'",
  },
  query: { ...inRequest("path: '/search?q=books'"), flags: "use --path '/search?q=books'" },
  check: inRequest('check: { status: 200 }'),
  checks: inRequest('check: { status: 200 }'),
  data: inRequest("data: 'hello'"),
  tool: inRequest("tool: 'echo', arguments: { message: 'hi' }"),
}

const content: Entry = { remedy: 'write body: { … } for JSON, or a string, bytes, URLSearchParams or FormData' }
const inPlan: Entry = { remedy: 'write it in the plan, beside `request`' }
const query: Entry = { remedy: "write it in the path: path: '/search?q=books'" }
const expected: Entry = { remedy: 'write check: { status: 200 }, or ok: [[200, 299]] for a range of statuses' }
const forms: Entry = { remedy: 'write body: new URLSearchParams({ … })' }

const BESIDE_REQUEST: Entries = {
  rate: inPlan,
  duration: inPlan,
  target: inPlan,
  sla: inPlan,
  requestTimeout: inPlan,
  timeout: {
    remedy: (value) => `write requestTimeout: ${numberOr(value, 5_000)} in the plan, beside \`request\` (in ms)`,
  },
}

/** Unknown keys of an HTTP request. */
const ELSEWHERE_IN_HTTP: Entries = {
  ...BESIDE_REQUEST,
  url: { remedy: pathRemedy },
  uri: { remedy: pathRemedy },
  endpoint: { remedy: pathRemedy },
  json: content,
  data: content,
  payload: content,
  content,
  form: forms,
  formData: { remedy: 'write body: formData, an object of FormData' },
  query,
  params: query,
  qs: query,
  searchParams: query,
  cookies: { remedy: "write headers: { cookie: 'name=value' }" },
  auth: { remedy: "write headers: { authorization: 'Basic …' }" },
  type: { remedy: "write method: 'POST'" },
  status: expected,
  expect: expected,
  expectedStatus: expected,
  validate: expected,
}

/** Unknown keys of a request over WebSocket or TCP. */
const ELSEWHERE_IN_MESSAGE: Entries = {
  ...BESIDE_REQUEST,
  body: { remedy: 'write data' },
  message: { remedy: 'write data' },
  payload: { remedy: 'write data' },
  send: { remedy: 'write data' },
  path: { remedy: "write it in the target: target: 'ws://127.0.0.1:3000/chat'" },
}

/** Unknown keys of a target that is started with a command. */
const ELSEWHERE_IN_COMMAND: Entries = {
  cmd: { remedy: "write command: ['node', 'server.js']", sets: ['target.command'] },
  script: { remedy: "write command: ['npm', 'run', '…']", sets: ['target.command'] },
  args: { remedy: "arguments belong to the command: command: ['node', 'server.js', '--port', '{port}']" },
  port: { remedy: "write the port in the URL: url: 'http://127.0.0.1:3000', or '{port}' there for a free one" },
}

/** Unknown keys of each kind of object that a plan contains. */
export const foreignKeys: Readonly<Record<'plan' | 'http' | 'message' | 'command', ExplainKey>> = {
  plan: explainedBy(ELSEWHERE_IN_PLAN),
  http: explainedBy(ELSEWHERE_IN_HTTP),
  message: explainedBy(ELSEWHERE_IN_MESSAGE),
  command: explainedBy(ELSEWHERE_IN_COMMAND),
}

/** Explains a flag of other tools, written as a flag (`--arrival-rate`) or as a key (`--arrivalRate`). */
export function foreignFlag(name: string, value: unknown): ForeignKey | undefined {
  const key = ownValue(SHORT_FLAGS, name) ?? name
  const known = Object.keys(ELSEWHERE_IN_PLAN).find(
    (each) => each.toLowerCase() === key.toLowerCase().replaceAll('-', ''),
  )
  return known === undefined ? undefined : foreignKeys.plan(known, value)
}

/** Short flags of k6, hey, ab, autocannon and others that the command does not have. */
const SHORT_FLAGS: Readonly<Record<string, string>> = {
  a: 'amount',
  i: 'iterations',
  n: 'requests',
  q: 'qps',
  u: 'vus',
  w: 'workers',
  z: 'time',
}

function explainedBy(entries: Entries): ExplainKey {
  return (key, value) => {
    const entry = ownValue(entries, key)
    if (entry === undefined) return undefined
    const { tools, remedy, flags, sets = [] } = entry
    const from = tools === undefined ? '' : `\`${key}\` is a key of ${tools}: `
    return {
      remedy: from + textOf(remedy, value),
      sets,
      ...(tools !== undefined && { tools }),
      ...(flags !== undefined && { flags: textOf(flags, value) }),
    }
  }
}

function textOf(text: Entry['remedy'], value: unknown): string {
  return typeof text === 'string' ? text : text(value)
}

function urlRemedy(value: unknown): string {
  const url = typeof value === 'string' ? URL.parse(value) : null
  if (url === null || url.username !== '' || url.password !== '') return "write target: 'http://127.0.0.1:3000'"
  const path = url.pathname + url.search
  return `write target: '${url.protocol}//${url.host}'${path === '/' ? '' : `, request: { path: '${path}' }`}`
}

function pathRemedy(value: unknown): string {
  const url = typeof value === 'string' ? URL.parse(value, 'http://x') : null
  return `write path: '${url === null ? '/cart' : url.pathname + url.search}'; the host belongs in \`target\``
}

/** A stage of k6 (`duration`, `target`) or a phase of Artillery (`duration` in seconds, `arrivalRate`, `rampTo`). */
interface Stage {
  readonly duration: string
  readonly from: number | undefined
  readonly to: number
}

/** Longer lists are shown by their first stages. */
const SHOWN_STAGES = 4

/** Translates stages that have the usual form, and shows an example otherwise. */
function stagesRemedy(value: unknown): string {
  const stages = Array.isArray(value) ? value.map(stageOf) : []
  if (stages.length === 0 || stages.some((stage) => stage === undefined)) return RAMP
  let rps = 0
  const parts = stages.slice(0, SHOWN_STAGES).flatMap((stage): readonly string[] => {
    if (stage === undefined) return []
    const from = stage.from ?? rps
    rps = stage.to
    if (from === stage.to && from > 0) return [`constant({ rate: ${from}, duration: '${stage.duration}' })`]
    return [`rampUp({ from: ${from}, to: ${stage.to}, duration: '${stage.duration}' })`]
  })
  if (stages.length > SHOWN_STAGES) parts.push('…')
  const [only = ''] = parts
  return `write pattern: ${parts.length === 1 ? only : `sequence(${parts.join(', ')})`}, with rates in requests per second`
}

function stageOf(value: unknown): Stage | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const written: Readonly<Record<string, unknown>> = Object.fromEntries(Object.entries(value))
  const { duration, target: end, arrivalRate, rampTo } = written
  const to = end ?? rampTo ?? arrivalRate
  if (typeof to !== 'number' || !Number.isFinite(to) || to < 0) return undefined
  if (arrivalRate !== undefined && typeof arrivalRate !== 'number') return undefined
  // A number is in seconds in Artillery.
  const lasting = typeof duration === 'number' ? `${duration}s` : duration
  if (typeof lasting !== 'string' || !/^\d+(?:\.\d+)?(?:ms|s|m|h)$/.test(lasting)) return undefined
  return { duration: lasting, from: arrivalRate, to }
}
