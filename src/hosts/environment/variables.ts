import { nearestName } from '../../model/nearest-name.ts'
import { LoadPlanError, NOT_SHOWN, type PlanIssue } from '../../model/errors.ts'
import { learnSecrets } from '../../model/text/clean.ts'
import type { StdioTarget } from '../../model/target.ts'
import type { Tracing } from '../../model/trace.ts'
import { type Ms, parseDuration, type Ratio, type Rps } from '../../model/units.ts'
import { PROTOCOL_NAMES, type ProtocolName, targetFor } from '../../protocols/index.ts'
import type { HttpRequest } from '../../protocols/http/request.ts'

/** A target from the environment: a URL, or the command of an MCP server over pipes. */
export type NamedTarget = string | StdioTarget

export type Env = Readonly<Record<string, string | undefined>>

/** A variable of the environment that describe-load knows. */
interface Variable<Value> {
  /** Returns the value of a text that is not empty; undefined if the text is invalid. */
  readonly read: (text: string) => Value | undefined
  /** What the text must be. Absent: every text is valid here, because the code that uses the value checks it. */
  readonly rule?: string
  /** Only suites take it; the load tests of a user follow their plans. */
  readonly forSuites?: boolean
  /** Returns true for an invalid text that may contain a secret. */
  readonly mayHoldSecret?: (text: string) => boolean
}

const TARGET_RULE =
  "must be a URL such as 'http://127.0.0.1:3000', or the command of an MCP server as a JSON list of words"
const perSecond = { read: positive, rule: 'must be a number of requests per second greater than 0', forSuites: true }
const milliseconds = { read: positive, rule: 'must be a number of milliseconds greater than 0', forSuites: true }
const count = { read: positive, rule: 'must be a number greater than 0', forSuites: true }

/** The value of each variable, as its reader returns it. */
interface VariableValues {
  readonly LOAD_TARGET: NamedTarget
  readonly LOAD_TARGET_HTTP: NamedTarget
  readonly LOAD_TARGET_WEBSOCKET: NamedTarget
  readonly LOAD_TARGET_TCP: NamedTarget
  readonly LOAD_TARGET_MCP: NamedTarget
  readonly LOAD_REQUEST: HttpRequest | readonly HttpRequest[]
  readonly LOAD_OPERATIONS: Readonly<Record<string, unknown>>
  readonly LOAD_HEADERS: Readonly<Record<string, string>>
  readonly LOAD_RATE: Rps
  readonly LOAD_DURATION: Ms
  readonly LOAD_TRACE: Tracing
  readonly LOAD_THREADS: number
  readonly LOAD_P95_MS: Ms
  readonly LOAD_P99_MS: Ms
  readonly LOAD_ERROR_RATE: Ratio
  readonly LOAD_MAX_RPS: Rps
  readonly LOAD_MIN_RPS: Rps
  readonly LOAD_USERS: number
  readonly LOAD_REQUESTS_PER_USER_MINUTE: number
  readonly LOAD_PEAK_USERS: number
  readonly LOAD_TLS_CA: string
  readonly LOAD_TLS_INSECURE: boolean
  readonly LOAD_ALLOW_HOSTS: string
  readonly LOAD_SEED: string
  readonly LOAD_ONCE: boolean
  readonly LOAD_AA: boolean
  readonly LOAD_REPORTS_DIR: string
  readonly LOAD_WAKE: 'exact' | 'tick'
  readonly LOAD_TRACE_URL: string
  readonly LOAD_LOG: 'debug'
}

export type VariableName = keyof VariableValues

/** The values of the variables that are set and valid. */
export type Values = Partial<VariableValues>

/** Every variable, one line each: to add a variable, start here and in `VariableValues`. */
const VARIABLES: { readonly [Name in VariableName]: Variable<VariableValues[Name]> } = {
  LOAD_TARGET: { read: targetOf(undefined), rule: TARGET_RULE },
  LOAD_TARGET_HTTP: { read: targetOf('http'), rule: TARGET_RULE },
  LOAD_TARGET_WEBSOCKET: { read: targetOf('websocket'), rule: TARGET_RULE },
  LOAD_TARGET_TCP: { read: targetOf('tcp'), rule: TARGET_RULE },
  LOAD_TARGET_MCP: { read: targetOf('mcp'), rule: TARGET_RULE },
  LOAD_REQUEST: {
    read: request,
    rule: 'must be a request as JSON, such as {"path":"/cart"}, or a list of them',
    forSuites: true,
    // Any header may be secret, and an invalid text does not show which part is a header.
    mayHoldSecret: (given) => given.includes('headers'),
  },
  LOAD_OPERATIONS: {
    read: operations,
    rule: 'must be requests by operation as JSON, such as {"read":{"path":"/items"},"write":{"method":"POST","path":"/items"}}',
    forSuites: true,
    mayHoldSecret: (given) => given.includes('headers'),
  },
  LOAD_HEADERS: {
    read: headers,
    rule: 'must be header values by name as JSON, such as {"authorization":"Bearer …"}',
    forSuites: true,
    mayHoldSecret: () => true,
  },
  LOAD_RATE: perSecond,
  LOAD_DURATION: {
    read: seconds,
    rule: "must be a number of seconds greater than 0, or a duration such as '30s' or '1m'",
    forSuites: true,
  },
  LOAD_TRACE: { read: tracing, rule: "must be 'all', 'slowest', 'off' or a ratio from 0 to 1", forSuites: true },
  LOAD_THREADS: { read: whole, rule: 'must be a whole number greater than 0', forSuites: true },
  LOAD_P95_MS: milliseconds,
  LOAD_P99_MS: milliseconds,
  LOAD_ERROR_RATE: { read: ratio, rule: 'must be a share from 0 to below 1', forSuites: true },
  LOAD_MAX_RPS: perSecond,
  LOAD_MIN_RPS: perSecond,
  LOAD_USERS: count,
  LOAD_REQUESTS_PER_USER_MINUTE: count,
  LOAD_PEAK_USERS: count,
  LOAD_TLS_CA: { read: text, forSuites: true },
  LOAD_TLS_INSECURE: { read: flag, rule: "must be '1' or '0'", forSuites: true },
  LOAD_ALLOW_HOSTS: { read: text },
  LOAD_SEED: { read: text },
  LOAD_ONCE: { read: flag, rule: "must be '1' or '0'" },
  LOAD_AA: { read: flag, rule: "must be '1' or '0'" },
  LOAD_REPORTS_DIR: { read: text },
  LOAD_WAKE: { read: oneOf('exact', 'tick'), rule: "must be 'exact' or 'tick'" },
  LOAD_TRACE_URL: { read: text },
  LOAD_LOG: { read: oneOf('debug'), rule: "must be 'debug', or unset" },
}

const NAMES = Object.keys(VARIABLES) as readonly VariableName[]

/** Reads every variable; an empty one counts as unset. Returns the issues of all invalid ones. */
export function readVariables(env: Env): { readonly values: Values; readonly issues: readonly PlanIssue[] } {
  const issues: PlanIssue[] = []
  const entries = NAMES.flatMap((name) => {
    const given = env[name]?.trim() ?? ''
    if (given === '') return []
    const { read, rule = '', mayHoldSecret }: Variable<unknown> = VARIABLES[name]
    const value = read(given)
    if (value !== undefined) {
      learnSecrets({ [name === 'LOAD_HEADERS' ? 'headers' : 'request']: value })
      return [[name, value] as const]
    }
    issues.push({ key: name, value: mayHoldSecret?.(given) === true ? NOT_SHOWN : given, rule })
    return []
  })
  return { values: Object.fromEntries(entries), issues }
}

/** Returns the value of every variable. Throws `LoadPlanError` with all invalid ones. */
export function environmentValues(env: Env): Values {
  const { values, issues } = readVariables(env)
  if (issues.length > 0) throw new LoadPlanError(issues)
  return values
}

/** A variable that looks like one of describe-load's and is none, and the one that its author may have meant. */
export interface UnknownVariable {
  readonly name: string
  readonly meant: VariableName | undefined
}

export function unknownVariables(env: Env): readonly UnknownVariable[] {
  const known: readonly string[] = NAMES
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && !known.includes(name) && (env[name]?.trim() ?? '') !== '')
    .map((name) => {
      // Without the prefix, which makes every name similar to every other.
      const meant = nearestName(name.slice(PREFIX.length), NAMES.map(bare))
      return { name, meant: NAMES.find((each) => bare(each) === meant) }
    })
}

const PREFIX = 'LOAD_'

function bare(name: string): string {
  return name.slice(PREFIX.length)
}

/** Returns the variables that are set although only suites take them. */
export function variablesForSuites(env: Env): readonly VariableName[] {
  return NAMES.filter((name) => {
    const { forSuites }: Variable<unknown> = VARIABLES[name]
    return forSuites === true && (env[name]?.trim() ?? '') !== ''
  })
}

/** Returns the targets by protocol that the environment sets. */
export function targetsByProtocol(values: Values): Readonly<Partial<Record<ProtocolName, NamedTarget>>> {
  return Object.fromEntries(
    PROTOCOL_NAMES.flatMap((protocol) => {
      const target = values[targetVariable(protocol)]
      return target === undefined ? [] : [[protocol, target]]
    }),
  )
}

/** Returns the variable with the target of a protocol. */
export function targetVariable(protocol: ProtocolName): `LOAD_TARGET_${Uppercase<ProtocolName>}` {
  return `LOAD_TARGET_${protocol.toUpperCase() as Uppercase<ProtocolName>}`
}

function targetOf(protocol: ProtocolName | undefined): (text: string) => NamedTarget | undefined {
  return (given) => {
    if (!given.startsWith('[')) {
      const url = targetFor(given, protocol)
      return URL.canParse(url) ? url : undefined
    }
    const words = json(given)
    if (!Array.isArray(words) || words.length === 0) return undefined
    return words.every((word) => typeof word === 'string') ? { stdio: words } : undefined
  }
}

function text(given: string): string {
  return given
}

function oneOf<const Name extends string>(...names: readonly Name[]): (given: string) => Name | undefined {
  return (given) => names.find((name) => name === given)
}

function flag(given: string): boolean | undefined {
  return given === '1' ? true : given === '0' ? false : undefined
}

function positive(given: string): number | undefined {
  const value = Number(given)
  return Number.isFinite(value) && value > 0 ? value : undefined
}

function whole(given: string): number | undefined {
  const value = positive(given)
  return Number.isInteger(value) ? value : undefined
}

/** Reads seconds as a number, or a duration with its unit. */
function seconds(given: string): Ms | undefined {
  const value = positive(given)
  const ms = value === undefined ? parseDuration(given) : 1_000 * value
  return ms !== undefined && ms > 0 ? ms : undefined
}

function ratio(given: string): number | undefined {
  const value = Number(given)
  return value >= 0 && value < 1 ? value : undefined
}

function tracing(given: string): Tracing | undefined {
  if (given === 'all' || given === 'slowest' || given === 'off') return given
  const value = Number(given)
  return value >= 0 && value <= 1 ? value : undefined
}

function request(given: string): HttpRequest | readonly HttpRequest[] | undefined {
  const value = json(given)
  return typeof value === 'object' && value !== null ? value : undefined
}

/** The suite checks the names of the operations and their requests, because it knows the protocols. */
function operations(given: string): Readonly<Record<string, unknown>> | undefined {
  const value = json(given)
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
}

function headers(given: string): Readonly<Record<string, string>> | undefined {
  const read = json(given)
  if (typeof read !== 'object' || read === null || Array.isArray(read)) return undefined
  const entries: readonly (readonly [string, unknown])[] = Object.entries(read)
  const texts = entries.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : []))
  return texts.length === entries.length ? Object.fromEntries(texts) : undefined
}

function json(given: string): unknown {
  try {
    return JSON.parse(given)
  } catch {
    return undefined
  }
}
