import { PlanScope } from '../plan-scope.ts'
import { planDefaults } from './settings.ts'

let current: PlanScope | undefined

/** The scope of the `describeLoad` whose body is being collected; outside of any, the plugin's defaults. */
export function currentScope(): PlanScope {
  current ??= new PlanScope(planDefaults())
  return current
}

/** Collects `body` inside `scope`. Vitest collects one suite after another, so there is one current scope at a time. */
export async function collectWithin(scope: PlanScope, body: () => unknown): Promise<void> {
  const outer = currentScope()
  current = scope
  try {
    await body()
  } finally {
    current = outer
  }
}
