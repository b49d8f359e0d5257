import { PlanScope } from '../plan-scope.ts'
import { planDefaults } from './settings.ts'

let current: PlanScope | undefined

/** Returns the scope of the `describeLoad` whose body is being collected; outside of any, the plugin's defaults. */
export function currentScope(): PlanScope {
  current ??= new PlanScope(planDefaults())
  return current
}

/** Collects `body` inside `scope`. Vitest collects one suite at a time, so there is only one current scope. */
export async function collectWithin(scope: PlanScope, body: () => unknown): Promise<void> {
  const outer = currentScope()
  current = scope
  try {
    await body()
  } finally {
    current = outer
  }
}
