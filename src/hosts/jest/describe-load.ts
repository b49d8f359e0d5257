import { cleanText } from '../../model/text/clean.ts'
import type { Ms } from '../../model/units.ts'
import { readDeclaration } from '../declaration.ts'
import type { Declaration } from '../declaration.ts'
import { PlanScope } from '../plan-scope.ts'
import type { DescribeLoad } from '../port.ts'
import { declareInJest, testFile } from './test-file.ts'

/** Options of load tests in Jest, under `test` in a plan. */
export interface JestTestOptions {
  /** Timeout of the whole test, in milliseconds; default: as long as its plans need. 0: no timeout. */
  readonly timeout?: Ms
}

/** What a load test inherits from the groups around it. */
interface Group {
  readonly scope: PlanScope
  readonly timeoutMs: Ms | undefined
  readonly outer: Group | undefined
  /** Whether it, or a group in it, has load tests. */
  hasLoadTests: boolean
}

/** The group whose body is being collected. Jest collects synchronously. */
let collected: Group | undefined

/** Returns what a load test inherits that is declared now. */
export function inherited(): Pick<Group, 'scope' | 'timeoutMs'> {
  for (let group = collected; group !== undefined; group = group.outer) group.hasLoadTests = true
  return collected ?? { scope: testFile().scope, timeoutMs: undefined }
}

type Variant = 'skip' | 'only' | undefined

/**
 * Groups load tests that share a plan. Groups inherit plan keys from outer groups, shallowly; inner keys take
 * precedence. The plan is checked for completeness only when a test runs it. A target that is a command or a function
 * is started by the first test that needs it, after every `beforeAll`, and stopped after every `afterAll` of the group.
 */
export const describeLoad: DescribeLoad<JestTestOptions> = groupsOf(undefined, false)

/** Groups the load tests of a suite, which reads the environment itself. */
export const describeSuite: DescribeLoad<JestTestOptions> = groupsOf(undefined, true)

function groupsOf(variant: Variant, isOfSuite: boolean): DescribeLoad<JestTestOptions> {
  function group(name: string, ...given: readonly unknown[]): void {
    const declared = readDeclaration<JestTestOptions>(`describeLoad('${name}', …)`, given)
    declareInJest(() => {
      describeOf(variant)(cleanText(name), () => collect(declared, [], isOfSuite) as undefined)
    })
  }
  function each(cases: readonly unknown[]) {
    return (name: string, ...declaration: readonly unknown[]): void => {
      const declared = readDeclaration<JestTestOptions>(`describeLoad.each(…)('${name}', …)`, declaration)
      const collectCase = (...given: readonly unknown[]): undefined => {
        const item = caseOf(cases, given)
        return collect(declared, Array.isArray(item) ? item : [item], isOfSuite) as undefined
      }
      declareInJest(() => {
        describeOf(variant).each(cases)(cleanText(name), collectCase)
      })
    }
  }
  return Object.defineProperties(group, {
    skip: { get: () => groupsOf('skip', isOfSuite) },
    only: { get: () => groupsOf('only', isOfSuite) },
    each: { value: each },
  }) as DescribeLoad<JestTestOptions>
}

function describeOf(variant: Variant): DescribeFunction {
  const { describe } = testFile().jest
  return variant === undefined ? describe : describe[variant]
}

interface DescribeFunction {
  (name: string, body: () => undefined): void
  each(cases: readonly unknown[]): (name: string, body: (...given: readonly unknown[]) => undefined) => void
}

/** Returns the case of these arguments: Jest spreads arrays, but only if all cases are arrays. */
export function caseOf(cases: readonly unknown[], given: readonly unknown[]): unknown {
  return cases.every((each) => Array.isArray(each)) ? given : given[0]
}

/** Returns what the body returns, because Jest rejects the promise of an asynchronous body with a message of its own. */
function collect(
  { planOf, options, body }: Declaration<JestTestOptions>,
  item: readonly unknown[],
  isOfSuite: boolean,
): unknown {
  const outer = collected
  const outerScope = outer?.scope ?? testFile().scope
  const scope = new PlanScope(planOf?.(...item) ?? {}, outerScope, isOfSuite || outerScope.isOfSuite)
  const group: Group = { scope, timeoutMs: options?.timeout ?? outer?.timeoutMs, outer, hasLoadTests: false }
  collected = group
  try {
    return body(...item)
  } finally {
    collected = outer
    // Declared after the body's hooks, so that it runs after them. Jest refuses hooks in a group without tests.
    if (group.hasLoadTests) testFile().jest.afterAll(() => scope.close(), NO_TIMEOUT_MS)
  }
}

/** Jest's longest timeout; 0 would be its default. The session applies the timeout instead. */
export const NO_TIMEOUT_MS: Ms = 2 ** 31 - 1
