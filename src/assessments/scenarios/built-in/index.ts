import type { Scenario } from '../scenario.ts'
import * as registered from './registry.ts'

/** Every built-in scenario. */
export const scenarios: readonly Scenario[] = Object.values(registered)
