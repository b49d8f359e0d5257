import { LoadError, LoadPlanError, formatValue } from '../model/errors.ts'
import type { BatchFunction } from '../model/batch.ts'
import type { JourneyFunction } from '../model/journey.ts'
import type { ResolvedCode, ResolvedPlan } from '../plan/resolved-plan.ts'
import { realTime } from '../model/real-time.ts'
import type { SetupFunction } from '../model/setup.ts'
import { messageOf } from '../model/thrown.ts'
import type { Ms } from '../model/units.ts'

/** Maximum time until a module has loaded. */
const LOAD_LIMIT_MS: Ms = 30_000

/** Imports the default export of a module of the user in this thread. Rejects with `LoadError` (`ERR_LOAD_MODULE`). */
export async function importDefault(href: string): Promise<unknown> {
  let loaded: Readonly<Record<string, unknown>>
  const late = Promise.withResolvers<never>()
  const timer = realTime.setTimeout(() => {
    late.reject(new Error(`it was not ready after ${LOAD_LIMIT_MS / 1_000} s: check its top-level await`))
  }, LOAD_LIMIT_MS)
  try {
    loaded = await Promise.race([import(/* @vite-ignore */ href) as Promise<typeof loaded>, late.promise])
  } catch (cause) {
    // Without the cause, because Vitest explains V8's text with an unrelated remedy.
    if (isReadAsCommonJs(cause)) throw new LoadError('ERR_LOAD_MODULE', formatCommonJs(href))
    throw new LoadError('ERR_LOAD_MODULE', `${href} cannot be loaded: ${messageOf(cause)}`, { cause })
  } finally {
    realTime.clearTimeout(timer)
  }
  if (loaded['default'] === undefined) {
    throw new LoadError('ERR_LOAD_MODULE', `${href} has no default export`)
  }
  return loaded['default']
}

/** Whether Node.js took the syntax of an ES module for CommonJS, because of the package that contains the file. */
function isReadAsCommonJs(error: unknown): boolean {
  return (
    error instanceof SyntaxError && /import statement outside a module|Unexpected token 'export'/.test(error.message)
  )
}

function formatCommonJs(href: string): string {
  const file = href.replace(/^.*\//, '')
  const renamed = file.replace(/\.([jt])s$/, '.m$1s')
  return (
    `${href} cannot be loaded: it is an ES module, and its package.json makes it CommonJS\n` +
    `    → write "type": "module" in package.json, or name the file ${renamed}`
  )
}

/** The user's code of a plan, loaded in this thread. */
export interface UserCode {
  readonly journey: JourneyFunction | undefined
  readonly setup: SetupFunction | undefined
  readonly batch: BatchFunction | undefined
}

/** Rejects with `LoadError` (`ERR_LOAD_MODULE`) or `LoadPlanError` if a journey or setup is invalid. */
export async function loadUserCode({ journey, setup, batch }: ResolvedPlan): Promise<UserCode> {
  return {
    journey: journey && (await load<JourneyFunction>(journey, JOURNEY)),
    setup: setup === undefined || setup.from === 'caller' ? undefined : await load<SetupFunction>(setup, SETUP),
    batch: batch && (await load<BatchFunction>(batch, BATCH)),
  }
}

/** The rule for the code under one key of the plan. */
interface CodeRule {
  readonly key: string
  readonly rule: string
  readonly example: string
  holds(value: unknown): boolean
}

const JOURNEY: CodeRule = {
  key: 'journey',
  rule: 'a generator function',
  example: 'journey(function* ({ number, send, think }) { … })',
  holds: (value) => Object.prototype.toString.call(value) === '[object GeneratorFunction]',
}

const SETUP: CodeRule = {
  key: 'setup',
  rule: 'a function',
  example: 'async ({ send }) => { … }',
  holds: (value) => typeof value === 'function',
}

const BATCH: CodeRule = {
  key: 'batch',
  rule: 'a function',
  example: "(items) => ({ method: 'POST', path: '/bulk', body: items.map(({ body }) => body) })",
  holds: (value) => typeof value === 'function',
}

async function load<Code>(code: ResolvedCode<Code>, { key, rule, example, holds }: CodeRule): Promise<Code> {
  const value = code.from === 'module' ? await importDefault(code.href) : code.run
  if (holds(value)) return value as Code
  if (code.from === 'function') {
    throw new LoadPlanError([{ key, value, rule: `must be ${rule}`, remedy: `write ${key}: ${example}` }])
  }
  throw new LoadError(
    'ERR_LOAD_MODULE',
    `the default export of ${code.href} must be ${rule}, got ${formatValue(value)}\n    → export default ${example}`,
  )
}
