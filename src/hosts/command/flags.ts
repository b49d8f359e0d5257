import type { VariableName } from '../environment/variables.ts'

/** The suites that load a target. */
const SUITES: readonly Runner[] = ['scenarios', 'limits', 'protocols', 'mcp-stress', 'capacity']
const LOADING: readonly Runner[] = [...SUITES, 'run']
const EVERY: readonly Runner[] = ['unit', ...LOADING]

/** Why `unit` has no target and no rate. */
const USE_TARGET = 'use -t http://127.0.0.1:3000'
const OWN_LOAD = 'it checks describe-load with its own server and loads'

/** A subcommand with flags: a suite, `run`, `init` or `doctor`. */
export type Runner =
  | 'unit'
  | 'scenarios'
  | 'limits'
  | 'protocols'
  | 'mcp-stress'
  | 'capacity'
  | 'run'
  | 'init'
  | 'doctor'

export type FlagName =
  | 'demo'
  | 'target'
  | 'path'
  | 'duration'
  | 'rate'
  | 'threads'
  | 'header'
  | 'request'
  | 'operations'
  | 'method'
  | 'body'
  | 'data'
  | 'tool'
  | 'arguments'
  | 'connections'
  | 'concurrency'
  | 'pattern'
  | 'warm-up'
  | 'p95'
  | 'p99'
  | 'error-rate'
  | 'max-rps'
  | 'min-rps'
  | 'users'
  | 'requests-per-user-minute'
  | 'peak-users'
  | 'allow-host'
  | 'tls-ca'
  | 'insecure'
  | 'trace'
  | 'no-trace'
  | 'seed'
  | 'once'
  | 'json'
  | 'output'
  | 'verbose'
  | 'url'
  | 'command'
  | 'runner'
  | 'yes'
  | 'dry-run'
  | 'quick'
  | 'help'
  | 'version'

/** A flag of the command. */
export interface Flag {
  readonly short?: string
  /** Name of its value in the help; absent for a flag without a value. */
  readonly value?: string
  /** It may be given several times. */
  readonly repeats?: boolean
  readonly about: string
  /** The variable that it sets. */
  readonly variable?: VariableName
  /** The plan key whose issues it causes. */
  readonly key?: string
  /** The subcommands that honour it. */
  readonly by: readonly Runner[]
  /** Why others cannot honour it. */
  readonly notBy?: Readonly<Partial<Record<Runner, string>>>
}

/** Every flag, one line each: the help, the parser and the check of what a suite honours are derived from it. */
export const FLAGS: Readonly<Record<FlagName, Flag>> = {
  demo: { by: EVERY, about: 'load a server that describe-load starts, to see how a suite works' },
  target: {
    short: 't',
    value: 'URL',
    variable: 'LOAD_TARGET',
    key: 'target',
    by: LOADING,
    notBy: { unit: OWN_LOAD },
    about: 'the server: http(s):// ws(s):// tcp:// tls:// mcp+http(s):// mcp+ws(s):// mcp+tcp://, or host:port',
  },
  path: { value: 'PATH', by: LOADING, about: 'path on the server, appended to the path of the target' },
  duration: {
    short: 'd',
    value: 'TIME',
    variable: 'LOAD_DURATION',
    key: 'duration',
    by: ['scenarios', 'protocols', 'mcp-stress', 'capacity', 'run'],
    notBy: { limits: 'its trials last until they have enough requests for a verdict', unit: OWN_LOAD },
    about: 'duration of the load, or of each part of a suite: 10 (seconds), 30s, 1m',
  },
  rate: {
    short: 'r',
    value: 'RPS',
    variable: 'LOAD_RATE',
    key: 'rate',
    by: LOADING,
    notBy: { unit: OWN_LOAD },
    about: 'requests per second, which no part of a suite exceeds unless --max-rps is higher',
  },
  threads: {
    short: 'p',
    value: 'N',
    variable: 'LOAD_THREADS',
    key: 'threads',
    by: LOADING,
    about: 'generator threads',
  },
  header: {
    short: 'H',
    value: "'NAME: VALUE'",
    repeats: true,
    variable: 'LOAD_HEADERS',
    key: 'headers',
    by: LOADING,
    about: 'header of every request or handshake',
  },
  request: {
    value: 'JSON',
    variable: 'LOAD_REQUEST',
    key: 'request',
    by: LOADING,
    about: 'what to send: a request, or a list with weights',
  },
  operations: {
    value: 'JSON',
    variable: 'LOAD_OPERATIONS',
    key: 'operations',
    by: SUITES,
    about: 'requests by operation (read, write, stream, batch), or by protocol and operation',
  },
  method: {
    short: 'X',
    value: 'METHOD',
    variable: 'LOAD_REQUEST',
    key: 'request.method',
    by: LOADING,
    about: 'HTTP method; default GET, or POST with --body',
  },
  body: {
    value: 'TEXT|@FILE',
    variable: 'LOAD_REQUEST',
    key: 'request.body',
    by: LOADING,
    about: 'body of every HTTP request, or a file that contains it',
  },
  data: {
    value: 'TEXT|@FILE',
    variable: 'LOAD_REQUEST',
    key: 'request.data',
    by: LOADING,
    about: 'message to send over WebSocket or TCP',
  },
  tool: {
    value: 'NAME',
    variable: 'LOAD_REQUEST',
    key: 'request.tool',
    by: LOADING,
    about: 'tool of an MCP server to call',
  },
  arguments: {
    value: 'JSON',
    variable: 'LOAD_REQUEST',
    key: 'request.arguments',
    by: LOADING,
    about: 'arguments of the tool',
  },
  connections: {
    short: 'c',
    value: 'N',
    key: 'maxConnections',
    by: ['run'],
    about: 'maximum number of connections; default 100',
  },
  concurrency: { value: 'N', key: 'concurrency', by: ['run'], about: 'requests always in flight, instead of a rate' },
  pattern: {
    value: 'NAME',
    key: 'pattern',
    by: ['run'],
    about: 'constant, burst, ramp-up, sine-wave, random-walk or poisson',
  },
  'warm-up': { value: 'TIME', key: 'warmUp', by: ['run'], about: 'traffic before the measured part' },
  p95: {
    value: 'MS',
    variable: 'LOAD_P95_MS',
    key: 'sla.p95Ms',
    by: ['scenarios', 'capacity', 'run'],
    about: 'service level: p95 of the response time',
  },
  p99: {
    value: 'MS',
    variable: 'LOAD_P99_MS',
    key: 'sla.p99Ms',
    by: ['scenarios', 'limits', 'protocols', 'capacity', 'run'],
    about: 'service level: p99 of the response time',
  },
  'error-rate': {
    value: 'SHARE',
    variable: 'LOAD_ERROR_RATE',
    key: 'sla.errorRate',
    by: ['scenarios', 'limits', 'protocols', 'capacity', 'run'],
    about: 'service level: share of failed requests, such as 0.01',
  },
  'max-rps': {
    value: 'RPS',
    variable: 'LOAD_MAX_RPS',
    key: 'maxRps',
    by: LOADING,
    notBy: { unit: OWN_LOAD },
    about: 'ceiling: no part of a suite sends more requests per second',
  },
  'min-rps': { value: 'RPS', variable: 'LOAD_MIN_RPS', by: ['limits'], about: 'lowest limit that passes' },
  users: { value: 'N', variable: 'LOAD_USERS', by: ['capacity'], about: 'expected users; default 1000' },
  'requests-per-user-minute': {
    value: 'N',
    variable: 'LOAD_REQUESTS_PER_USER_MINUTE',
    by: ['capacity'],
    about: 'requests per minute from each user; default 30',
  },
  'peak-users': {
    value: 'N',
    variable: 'LOAD_PEAK_USERS',
    by: ['capacity'],
    about: 'users on the busiest day; default twice the users',
  },
  'allow-host': {
    value: 'HOST',
    repeats: true,
    variable: 'LOAD_ALLOW_HOSTS',
    key: 'allowHosts',
    by: LOADING,
    about: 'host other than this machine that may receive load',
  },
  'tls-ca': {
    value: 'FILE',
    variable: 'LOAD_TLS_CA',
    key: 'tls.ca',
    by: LOADING,
    about: 'certificate authority to trust, as PEM',
  },
  insecure: {
    short: 'k',
    variable: 'LOAD_TLS_INSECURE',
    by: LOADING,
    about: 'accept a certificate that does not verify',
  },
  trace: { variable: 'LOAD_TRACE', by: LOADING, about: 'trace every request' },
  'no-trace': { variable: 'LOAD_TRACE', by: LOADING, about: 'trace no request' },
  seed: {
    value: 'SEED',
    variable: 'LOAD_SEED',
    key: 'seed',
    by: EVERY,
    about: 'repeat a run: the same arrivals and payloads',
  },
  once: {
    variable: 'LOAD_ONCE',
    by: ['run'],
    about: 'send each request once and check only the answers: no latency or rate is judged',
  },
  json: { by: [...EVERY, 'doctor'], about: 'print the result as JSON on stdout, and everything else on stderr' },
  output: {
    short: 'o',
    value: 'DIR',
    variable: 'LOAD_REPORTS_DIR',
    by: EVERY,
    about: 'folder for the artifacts; default reports, and none for run',
  },
  verbose: {
    short: 'v',
    variable: 'LOAD_LOG',
    by: EVERY,
    about: 'log the engine, its connections and a started target',
  },
  url: {
    value: 'URL',
    by: ['init'],
    about: 'service that the load test sends requests to',
    notBy: {
      scenarios: USE_TARGET,
      limits: USE_TARGET,
      protocols: USE_TARGET,
      'mcp-stress': USE_TARGET,
      capacity: USE_TARGET,
      run: USE_TARGET,
    },
  },
  command: { value: 'COMMAND', by: ['init'], about: "command that starts the service, such as 'npm start'" },
  runner: { value: 'NAME', by: ['init'], about: 'vitest, jest or playwright; default the one in package.json' },
  yes: { by: ['init'], about: 'ask nothing: take the flags, else the script start' },
  'dry-run': { by: ['init'], about: 'say what init would do, and change nothing' },
  quick: { by: ['doctor'], about: 'check the machine in about 15 s, less exactly' },
  help: { short: 'h', by: [...EVERY, 'doctor'], about: 'print help: describe-load help limits' },
  version: { by: EVERY, about: 'print the version' },
}

export const FLAG_NAMES: readonly FlagName[] = Object.keys(FLAGS) as readonly FlagName[]

/** Returns the flags that a subcommand honours; all of them without one. */
export function flagsOf(runner: string | undefined): readonly FlagName[] {
  return FLAG_NAMES.filter((name) => {
    const by: readonly string[] = FLAGS[name].by
    return runner === undefined || runner === 'all' || by.includes(runner)
  })
}

/** Returns a flag as a person writes it: `-t`, `--path`. */
export function written(name: FlagName): string {
  const { short } = FLAGS[name]
  return short === undefined ? `--${name}` : `-${short}`
}
