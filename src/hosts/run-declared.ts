import { LoadError } from '../model/errors.ts'
import type { LoadResult } from '../model/result.ts'
import { callSite, withoutOurFrames } from './call-site.ts'
import type { CallSite } from './call-site.ts'
import type { Declaration } from './declaration.ts'
import type { LoadSession } from './load-session.ts'
import type { LoadContext } from './port.ts'

/** A declared load test, and where it is declared. */
interface Declared extends Pick<Declaration<unknown>, 'planOf' | 'body'> {
  readonly site: CallSite
}

/**
 * Runs a declared load test, or the case `item` of it: the traffic of its plan, then its body with a context that
 * inherits from `hostContext`.
 */
export async function runDeclared(
  session: LoadSession,
  { planOf, body, site }: Declared,
  item: readonly unknown[],
  hostContext: object,
): Promise<void> {
  await session.within(async (loads) => {
    const run = planOf && (await session.start(planOf(...item), { site }))
    const result = run && (await session.resultOf(run, site))
    try {
      await body(...item, bodyContext(hostContext, loads, result))
    } catch (error) {
      throw withoutOurFrames(error)
    }
  })
}

/** Returns a context that inherits from the host's, because some hosts create keys on first use. */
function bodyContext(hostContext: object, loads: LoadContext, result: LoadResult | undefined): object {
  // With LOAD_ONCE=1, only the target itself gets requests.
  const baseline = result?.comparison?.baseline ?? (result?.plan.once === true ? result : undefined)
  return Object.create(hostContext, {
    ...Object.getOwnPropertyDescriptors(loads),
    result: result === undefined ? { get: refuseResult } : { value: result },
    baseline: baseline === undefined ? { get: refuseBaseline } : { value: baseline },
  }) as object
}

function refuseResult(): never {
  const error = new LoadError(
    'ERR_LOAD_NO_RESULT',
    'this loadTest has no plan, so there is no result yet\n    → loadTest(name, plan, …), with {} for the plan of its describeLoad, or await load(plan) in the body',
  )
  throw callSite(refuseResult).point(error)
}

function refuseBaseline(): never {
  const error = new LoadError(
    'ERR_LOAD_NO_RESULT',
    "the plan of this loadTest has no `against`, so there is no baseline\n    → write against: 'http://127.0.0.1:3001', or against: { ref: 'origin/main' }",
  )
  throw callSite(refuseBaseline).point(error)
}

/** Returns the error of a load test that a host would repeat; `cause` says what to remove. */
export function retriedError(cause: string): LoadError {
  return new LoadError(
    'ERR_LOAD_RETRY',
    `a load test cannot be retried: a retry repeats the load until it passes, which hides the failures before\n    → remove ${cause}; for more measurements, increase its duration`,
  )
}
