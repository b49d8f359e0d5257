import { environmentTls } from '../hosts/environment/tls.ts'
import {
  type Env,
  type NamedTarget,
  readVariables,
  targetsByProtocol,
  type Values,
} from '../hosts/environment/variables.ts'
import { LoadPlanError } from '../model/errors.ts'
import type { TlsOptions } from '../model/target.ts'
import { protocolNameOf, type ProtocolName } from '../protocols/index.ts'
import type { HttpRequest } from '../protocols/http/request.ts'
import type { Tracing } from '../model/trace.ts'
import type { Ms, Ratio, Rps } from '../model/units.ts'

type NamedTargets = Readonly<Partial<Record<ProtocolName, NamedTarget>>>

/** The settings of a suite from the environment; absent where a variable is not set. */
export interface SuiteEnvironment {
  /** The target, of any protocol. */
  readonly target?: NamedTarget
  /** Targets by protocol; includes `target` under its protocol, unless another one is set for it. */
  readonly targets?: NamedTargets
  readonly request?: HttpRequest | readonly HttpRequest[]
  /** By operation, or by protocol and operation; not checked. */
  readonly operations?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
  readonly rate?: Rps
  readonly durationMs?: Ms
  readonly tracing?: Tracing
  readonly threads?: number
  readonly p95Ms?: Ms
  readonly p99Ms?: Ms
  readonly errorRate?: Ratio
  readonly maxRps?: Rps
  readonly minRps?: Rps
  readonly users?: number
  readonly requestsPerUserMinute?: number
  readonly peakUsers?: number
  readonly tls?: TlsOptions
}

/** The setting of each variable that is passed on unchanged. */
const SETTINGS = {
  LOAD_REQUEST: 'request',
  LOAD_OPERATIONS: 'operations',
  LOAD_HEADERS: 'headers',
  LOAD_RATE: 'rate',
  LOAD_DURATION: 'durationMs',
  LOAD_TRACE: 'tracing',
  LOAD_THREADS: 'threads',
  LOAD_P95_MS: 'p95Ms',
  LOAD_P99_MS: 'p99Ms',
  LOAD_ERROR_RATE: 'errorRate',
  LOAD_MAX_RPS: 'maxRps',
  LOAD_MIN_RPS: 'minRps',
  LOAD_USERS: 'users',
  LOAD_REQUESTS_PER_USER_MINUTE: 'requestsPerUserMinute',
  LOAD_PEAK_USERS: 'peakUsers',
} as const satisfies Partial<Record<keyof Values, keyof SuiteEnvironment>>

/**
 * Reads the variables that apply to suites. An empty variable counts as unset. Throws `LoadPlanError` with every
 * invalid variable; targets and requests are validated later, with the plan that contains them.
 */
export function suiteEnvironment(env: Env): SuiteEnvironment {
  const { values, issues: invalid } = readVariables(env)
  const issues = [...invalid]
  const settings = (Object.keys(SETTINGS) as readonly (keyof typeof SETTINGS)[]).flatMap((name) =>
    values[name] === undefined ? [] : [[SETTINGS[name], values[name]] as const],
  )
  const tls = environmentTls(values, issues)
  const found: SuiteEnvironment = {
    ...targetsOf(values),
    ...Object.fromEntries(settings),
    ...(tls !== undefined && { tls }),
  }
  const { minRps, maxRps } = found
  if (minRps !== undefined && maxRps !== undefined && minRps > maxRps) {
    issues.push({ key: 'LOAD_MIN_RPS', value: minRps, rule: `must not be above LOAD_MAX_RPS (${maxRps})` })
  }
  if (issues.length > 0) throw new LoadPlanError(issues)
  return found
}

function targetsOf(values: Values): Pick<SuiteEnvironment, 'target' | 'targets'> {
  const specific = targetsByProtocol(values)
  const { LOAD_TARGET: general } = values
  const target = specific.http ?? general
  const targets = { ...(general !== undefined && { [protocolOf(general)]: general }), ...specific }
  return { ...(target !== undefined && { target }), ...(Object.keys(targets).length > 0 && { targets }) }
}

/** Returns the protocol of a target's scheme; HTTP for an unknown scheme, whose issue the plan reports. */
function protocolOf(target: NamedTarget): ProtocolName {
  return typeof target === 'string' ? (protocolNameOf(new URL(target)) ?? 'http') : 'mcp'
}
