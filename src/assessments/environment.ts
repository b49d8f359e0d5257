import { LoadPlanError, type PlanFault } from '../model/errors.ts'
import type { HttpRequest } from '../model/requests.ts'
import type { Ms, Ratio, Rps } from '../model/units.ts'

/** What the environment asks of a suite; absent where it says nothing. */
export interface SuiteEnvironment {
  readonly target?: string
  readonly request?: HttpRequest | readonly HttpRequest[]
  readonly headers?: Readonly<Record<string, string>>
  readonly p99Ms?: Ms
  readonly errorRate?: Ratio
  readonly maxRps?: Rps
  readonly minRps?: Rps
}

type Reader<Value> = (text: string) => Value | undefined

/**
 * Reads `LOAD_TARGET` (or `LOAD_TARGET_HTTP`, which wins), `LOAD_REQUEST` and `LOAD_HEADERS` (JSON), `LOAD_P99_MS`,
 * `LOAD_ERROR_RATE`, `LOAD_MAX_RPS` and `LOAD_MIN_RPS`. An empty variable says nothing. Throws `LoadPlanError` with
 * every variable that cannot be read; what a target or a request must be is checked with the plan they end up in.
 */
export function suiteEnvironment(env: Readonly<Record<string, string | undefined>>): SuiteEnvironment {
  const faults: PlanFault[] = []

  function read<Key extends string, Value>(
    property: Key,
    variable: string,
    reader: Reader<Value>,
    rule: string,
  ): { readonly [K in Key]?: Value } {
    const text = env[variable]?.trim() ?? ''
    if (text === '') return {}
    const value = reader(text)
    if (value === undefined) faults.push({ key: variable, value: text, rule })
    return value === undefined ? {} : ({ [property]: value } as { [K in Key]: Value })
  }

  const specific = env['LOAD_TARGET_HTTP']?.trim() ?? ''
  const found: SuiteEnvironment = {
    ...read(
      'target',
      specific === '' ? 'LOAD_TARGET' : 'LOAD_TARGET_HTTP',
      url,
      "must be a URL such as 'http://127.0.0.1:3000'",
    ),
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
      `must be texts by header name as JSON, such as {"authorization":"Bearer …"}`,
    ),
    ...read('p99Ms', 'LOAD_P99_MS', positive, 'must be a number of milliseconds greater than 0'),
    ...read('errorRate', 'LOAD_ERROR_RATE', ratio, 'must be a share from 0 to below 1'),
    ...read('maxRps', 'LOAD_MAX_RPS', positive, 'must be a number of requests per second greater than 0'),
    ...read('minRps', 'LOAD_MIN_RPS', positive, 'must be a number of requests per second greater than 0'),
  }
  if (found.minRps !== undefined && found.maxRps !== undefined && found.minRps > found.maxRps) {
    faults.push({ key: 'LOAD_MIN_RPS', value: found.minRps, rule: `must not be above LOAD_MAX_RPS (${found.maxRps})` })
  }
  if (faults.length > 0) throw new LoadPlanError(faults)
  return found
}

function url(text: string): string | undefined {
  return URL.canParse(text) ? text : undefined
}

function positive(text: string): number | undefined {
  const value = Number(text)
  return Number.isFinite(value) && value > 0 ? value : undefined
}

function ratio(text: string): number | undefined {
  const value = Number(text)
  return value >= 0 && value < 1 ? value : undefined
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
