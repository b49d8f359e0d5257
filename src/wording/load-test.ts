import type { JudgedFigures } from '../model/figures.ts'
import { formatCount, formatPlural } from './figures.ts'

/** Plan keys that identify a load and never contain a secret. */
const IDENTIFYING_KEYS = ['pattern', 'rate', 'concurrency', 'duration'] as const

/**
 * Formats the call as source code, with the keys that define the amount of load: `load({ rate: 50, duration: '5s', …
 * })`.
 */
export function formatLoadCall(plan: unknown, name: 'load' | 'startLoad' = 'load'): string {
  // Plain JavaScript can call it with anything; the plan of the call is rejected later.
  if (typeof plan !== 'object' || plan === null) return plan === undefined ? `${name}()` : `${name}(…)`
  const shown = IDENTIFYING_KEYS.flatMap((key) => {
    const value: unknown = Reflect.get(plan, key)
    if (typeof value === 'string') return [`${key}: '${value}'`]
    return typeof value === 'number' ? [`${key}: ${value}`] : []
  })
  const parts = shown.length < Object.keys(plan).length ? [...shown, '…'] : shown
  return parts.length === 0 ? `${name}({})` : `${name}({ ${parts.join(', ')} })`
}

/** Message of ERR_LOAD_NOT_AWAITED. `calls`: the loads that the body did not await, in order. */
export function notAwaitedMessage(calls: readonly string[]): string {
  const what =
    calls.length === 1
      ? `${calls[0]} was not awaited, so the test ended without its result`
      : `${calls.length} loads were not awaited, so the test ended without their results: ${calls.join(', ')}`
  return `${what}\n    → write const result = await load(…), and assert on the result`
}

/** A result that no assertion judged; `call` is undefined if the plan belongs to the test itself. */
export interface UnjudgedResult {
  readonly call: string | undefined
  readonly figures: Pick<JudgedFigures, 'requestsScheduled' | 'errors' | 'dropped' | 'errorsByClass'>
}

/** Message of ERR_LOAD_UNJUDGED. */
export function unjudgedMessage({ call, figures }: UnjudgedResult): string {
  return `${formatFailed(figures)}, and the test did not judge ${formatResultOf(call)}\n    → ${REMEDY}`
}

export function unjudgedWarning(test: string, { call, figures }: UnjudgedResult): string {
  return `"${test}" did not judge ${formatResultOf(call)}: ${formatFailed(figures)}\n    → ${REMEDY}`
}

/** Ends the text of a matcher for a run that sent each operation once. */
export const NOT_JUDGED = 'not judged: LOAD_ONCE=1 sends each operation once'

const REMEDY =
  'assert on the result, for example expect(result).toHaveErrorRateBelow(0.01), or set judge: false in the plan'

/** Message of ERR_LOAD_ONCE: what failed, each kind of failure with its first sample. */
export function onceFailedMessage(call: string | undefined, figures: UnjudgedResult['figures']): string {
  const of = call === undefined ? '' : ` of ${call}`
  const samples = Object.entries(figures.errorsByClass).map(([name, { first }]) => `\n    ${name}: ${first}`)
  return `${formatFailed(figures)}${of}, and LOAD_ONCE=1 requires a right answer to each${samples.join('')}`
}

function formatResultOf(call: string | undefined): string {
  return call === undefined ? 'its result' : `the result of ${call}`
}

/** Example: "20 of 30 requests failed (http-5xx 15, dropped 5)". */
function formatFailed({ requestsScheduled, errors, dropped, errorsByClass }: UnjudgedResult['figures']): string {
  const kinds = Object.entries(errorsByClass).map(([name, { count }]) => `${name} ${formatCount(count)}`)
  if (dropped > 0) kinds.push(`dropped ${formatCount(dropped)}`)
  const detail = kinds.length === 0 ? '' : ` (${kinds.join(', ')})`
  return `${formatCount(errors + dropped)} of ${formatPlural(requestsScheduled, 'request')} failed${detail}`
}

/**
 * Says that the configuration of Vitest has no plugin; `hasReporter`: it has the reporter, which writes the reports.
 */
export function formatMissingPlugin(configFile: string, hasReporter: boolean): string {
  return (
    `describe-load: the plugin is missing, so load tests ${hasReporter ? '' : 'write no reports and '}can run at the same time as other tests\n` +
    `  → add plugins: [load()] to ${configFile}, with import { load } from 'describe-load/plugin'`
  )
}

/** Message of ERR_LOAD_LAYOUT for a plugin in an inline project of Vitest. */
export function formatInlinePlugin(configFile: string, project: string): string {
  return (
    `the inline project "${project}" in ${configFile} has the plugin load(), but an inline project cannot have a project for its load files\n` +
    `    → in ${configFile}, move load() to the plugins beside \`test\`, which apply to all projects`
  )
}

/** Says that watch mode leaves the load files out. */
export const LOAD_FILES_NOT_WATCHED =
  'describe-load: watch mode leaves load files out; name a load file, or use --project load, to run them, or LOAD_ONCE=1 to send each operation once'

/** Says that the suites do not run; for the name of a skipped test. */
export const SUITE_SKIPPED_ONCE = 'LOAD_ONCE=1 sends each operation once, and a suite needs measurements'

/** Says that a test is skipped that passes when it fails. */
export const FAILS_SKIPPED_ONCE = 'LOAD_ONCE=1 judges nothing, so a test that must fail cannot'

/** Ends the output of a test run whose loads sent each operation once. */
export function formatOnce(loads: number): string {
  const what =
    loads === 1
      ? '1 load sent each of its operations once'
      : `${formatCount(loads)} loads sent each of their operations once`
  return `LOAD_ONCE=1: ${what}. Latencies and rates were not judged, and no reports were written.`
}

/** Says that a short duration is in milliseconds. */
export function formatShortDuration(duration: number): string {
  return (
    `duration: ${duration} is ${duration} ms, because a number is in milliseconds\n` +
    `    → write duration: '${duration}s' for seconds, or duration: '${duration}ms' to keep it`
  )
}

/** Says which load another one waits for; `path`: the lock that its process holds. */
export function formatWaiting({
  pid,
  what,
  path,
}: Readonly<Record<'what' | 'path', string> & { pid: number }>): string {
  return `waiting for another load on this machine: process ${pid} runs "${what}" (lock ${path})`
}
