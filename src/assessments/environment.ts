import { LoadPlanError, type PlanIssue } from '../model/errors.ts'
import { PROTOCOL_NAMES, type ProtocolName, protocolNameOf } from '../protocols/index.ts'
import { NOT_SHOWN } from '../model/readers.ts'
import { learnSecrets } from '../model/text/clean.ts'
import type { StdioTarget } from '../model/target.ts'
import type { HttpRequest } from '../protocols/http/request.ts'
import type { Tracing } from '../model/trace.ts'
import type { Ms, Ratio, Rps } from '../model/units.ts'

/** A target from the environment: a URL, or the command of an MCP server over pipes. */
export type NamedTarget = string | StdioTarget

export type NamedTargets = Readonly<Partial<Record<ProtocolName, NamedTarget>>>

/** The settings of a suite from the environment; absent where a variable is not set. */
export interface SuiteEnvironment {
  /** The target, of any protocol. */
  readonly target?: NamedTarget
  /** Targets by protocol; includes `target` under its protocol, unless another one is set for it. */
  readonly targets?: NamedTargets
  readonly request?: HttpRequest | readonly HttpRequest[]
  readonly headers?: Readonly<Record<string, string>>
  readonly rate?: Rps
  readonly durationMs?: Ms
  readonly tracing?: Tracing
  readonly threads?: number
  readonly p99Ms?: Ms
  readonly errorRate?: Ratio
  readonly maxRps?: Rps
  readonly minRps?: Rps
  readonly users?: number
  readonly requestsPerUserMinute?: number
  readonly peakUsers?: number
}

type Env = Readonly<Record<string, string | undefined>>
type Reader<Value> = (text: string) => Value | undefined

const TARGET_RULE =
  "must be a URL such as 'http://127.0.0.1:3000', or the command of an MCP server as a JSON list of words"

/**
 * Reads `LOAD_TARGET` and `LOAD_TARGET_HTTP` `_WEBSOCKET` `_TCP` `_MCP` (which take precedence), `LOAD_REQUEST` and
 * `LOAD_HEADERS` (JSON), `LOAD_RATE`, `LOAD_DURATION` (seconds), `LOAD_TRACE`, `LOAD_THREADS`, `LOAD_P99_MS`,
 * `LOAD_ERROR_RATE`, `LOAD_MAX_RPS`, `LOAD_MIN_RPS`, `LOAD_USERS`, `LOAD_REQUESTS_PER_USER_MINUTE` and
 * `LOAD_PEAK_USERS`. An empty variable counts as unset. Throws `LoadPlanError` with every invalid variable; targets and
 * requests are validated later, with the plan that contains them.
 */
export function suiteEnvironment(env: Env): SuiteEnvironment {
  const issues: PlanIssue[] = []

  function read<Key extends string, Value>(
    property: Key,
    variable: string,
    reader: Reader<Value>,
    rule: string,
  ): { readonly [K in Key]?: Value } {
    const text = env[variable]?.trim() ?? ''
    if (text === '') return {}
    const value = reader(text)
    if (value === undefined)
      issues.push({ key: variable, value: mayHoldHeaders(variable, text) ? NOT_SHOWN : text, rule })
    else learnSecrets({ [property]: value })
    return value === undefined ? {} : ({ [property]: value } as { [K in Key]: Value })
  }

  const targets = readTargets((variable) => read('target', variable, namedTarget, TARGET_RULE).target, env)
  const perSecond = 'must be a number of requests per second greater than 0'
  const count = 'must be a number greater than 0'
  const found: SuiteEnvironment = {
    ...targets,
    ...read(
      'request',
      'LOAD_REQUEST',
      request,
      `must be a request as JSON, such as {"path":"/cart"}, or a list of them`,
    ),
    ...read(
      'headers',
      'LOAD_HEADERS',
      headers,
      `must be header values by name as JSON, such as {"authorization":"Bearer …"}`,
    ),
    ...read('rate', 'LOAD_RATE', positive, perSecond),
    ...read('durationMs', 'LOAD_DURATION', seconds, 'must be a number of seconds greater than 0'),
    ...read('tracing', 'LOAD_TRACE', tracing, "must be 'all', 'slowest', 'off' or a ratio from 0 to 1"),
    ...read('threads', 'LOAD_THREADS', whole, 'must be a whole number greater than 0'),
    ...read('p99Ms', 'LOAD_P99_MS', positive, 'must be a number of milliseconds greater than 0'),
    ...read('errorRate', 'LOAD_ERROR_RATE', ratio, 'must be a share from 0 to below 1'),
    ...read('maxRps', 'LOAD_MAX_RPS', positive, perSecond),
    ...read('minRps', 'LOAD_MIN_RPS', positive, perSecond),
    ...read('users', 'LOAD_USERS', positive, count),
    ...read('requestsPerUserMinute', 'LOAD_REQUESTS_PER_USER_MINUTE', positive, count),
    ...read('peakUsers', 'LOAD_PEAK_USERS', positive, count),
  }
  if (found.minRps !== undefined && found.maxRps !== undefined && found.minRps > found.maxRps) {
    issues.push({ key: 'LOAD_MIN_RPS', value: found.minRps, rule: `must not be above LOAD_MAX_RPS (${found.maxRps})` })
  }
  if (issues.length > 0) throw new LoadPlanError(issues)
  return found
}

/** Any header may be secret, and an invalid text does not show which part is a header. */
function mayHoldHeaders(variable: string, text: string): boolean {
  return variable === 'LOAD_HEADERS' || (variable === 'LOAD_REQUEST' && text.includes('headers'))
}

function readTargets(
  named: (variable: string) => NamedTarget | undefined,
  env: Env,
): Pick<SuiteEnvironment, 'target' | 'targets'> {
  const specific = Object.fromEntries(
    PROTOCOL_NAMES.flatMap((protocol) => {
      const target = named(`LOAD_TARGET_${protocol.toUpperCase()}`)
      return target === undefined ? [] : [[protocol, target]]
    }),
  ) as NamedTargets
  // With a target for HTTP, `LOAD_TARGET` is not used, so it is not validated.
  const general = (env['LOAD_TARGET_HTTP'] ?? '').trim() === '' ? named('LOAD_TARGET') : undefined
  const target = specific.http ?? general
  const targets = { ...(general !== undefined && { [protocolOf(general)]: general }), ...specific }
  return { ...(target !== undefined && { target }), ...(Object.keys(targets).length > 0 && { targets }) }
}

/** Returns the protocol of a target's scheme; HTTP for an unknown scheme, whose issue the plan reports. */
function protocolOf(target: NamedTarget): ProtocolName {
  return typeof target === 'string' ? (protocolNameOf(new URL(target)) ?? 'http') : 'mcp'
}

function namedTarget(text: string): NamedTarget | undefined {
  if (!text.startsWith('[')) return URL.canParse(text) ? text : undefined
  const words = json(text)
  if (!Array.isArray(words) || words.length === 0) return undefined
  return words.every((word) => typeof word === 'string') ? { stdio: words } : undefined
}

function positive(text: string): number | undefined {
  const value = Number(text)
  return Number.isFinite(value) && value > 0 ? value : undefined
}

function whole(text: string): number | undefined {
  const value = positive(text)
  return Number.isInteger(value) ? value : undefined
}

function seconds(text: string): Ms | undefined {
  const value = positive(text)
  return value === undefined ? undefined : 1_000 * value
}

function ratio(text: string): number | undefined {
  const value = Number(text)
  return value >= 0 && value < 1 ? value : undefined
}

function tracing(text: string): Tracing | undefined {
  if (text === 'all' || text === 'slowest' || text === 'off') return text
  const value = Number(text)
  return value >= 0 && value <= 1 ? value : undefined
}

function request(text: string): HttpRequest | readonly HttpRequest[] | undefined {
  const value = json(text)
  return typeof value === 'object' && value !== null ? value : undefined
}

function headers(text: string): Readonly<Record<string, string>> | undefined {
  const read = json(text)
  if (typeof read !== 'object' || read === null || Array.isArray(read)) return undefined
  const entries: readonly (readonly [string, unknown])[] = Object.entries(read)
  const texts = entries.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : []))
  return texts.length === entries.length ? Object.fromEntries(texts) : undefined
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
