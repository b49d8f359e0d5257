import './supported-node.ts'
import { limitsSuiteOn } from './assessments/limits/limits-suite.ts'
import type { LimitsSuite } from './assessments/limits/limits-suite.ts'
import { capacitySuiteOn } from './assessments/capacity/capacity-suite.ts'
import type { CapacitySuite } from './assessments/capacity/capacity-suite.ts'
import { mcpStressSuiteOn } from './assessments/mcp-stress/mcp-stress-suite.ts'
import type { McpStressSuite } from './assessments/mcp-stress/mcp-stress-suite.ts'
import { protocolsSuiteOn } from './assessments/protocols/protocols-suite.ts'
import type { ProtocolsSuite } from './assessments/protocols/protocols-suite.ts'
import { scenariosSuiteOn } from './assessments/scenarios/scenarios-suite.ts'
import type { ScenariosSuite } from './assessments/scenarios/scenarios-suite.ts'
import { unitSuiteOn } from './assessments/unit/unit-suite.ts'
import type { UnitSuite } from './assessments/unit/unit-suite.ts'
import { describeLoad, describeSuite } from './hosts/playwright/describe-load.ts'
import { loadTest } from './hosts/playwright/load-test.ts'

export { describeLoad, loadTest }
export { expect } from './hosts/playwright/expect.ts'
export { cookieHeaders } from './hosts/playwright/cookie-headers.ts'
export type { CookieState } from './hosts/playwright/cookie-headers.ts'
export { withLoad } from './hosts/playwright/with-load.ts'
export type { WithLoadOptions } from './hosts/playwright/with-load.ts'
export { test } from './hosts/playwright/load-fixtures.ts'
export type { LoadFixtures, LoadTestType, LoadUseOptions } from './hosts/playwright/load-fixtures.ts'
export type { LoadExpect, LoadMatchers } from './hosts/playwright/matcher-types.ts'
export type { PlaywrightLoadTest } from './hosts/playwright/load-test.ts'
export type { PlaywrightTestOptions } from './hosts/playwright/describe-load.ts'
export * from './assessments/entry.ts'
export type { DescribeLoad, LoadContext, LoadTest, ResultContext, TestPlan } from './hosts/port.ts'
export * from './index.ts'

const host = { describeLoad: describeSuite, loadTest }

/** Declares the suite that finds the highest rate at which a target holds its service level; see `suites/limits`. */
export const limitsSuite: LimitsSuite = limitsSuiteOn(host)

/** Declares the suite that checks a target in seven traffic scenarios; see `suites/scenarios`. */
export const scenariosSuite: ScenariosSuite = scenariosSuiteOn(host)

/** Declares the suite that stresses an MCP server and probes it for common faults; see `suites/mcp-stress`. */
export const mcpStressSuite: McpStressSuite = mcpStressSuiteOn(host)

/** Declares the suite that determines how many users a target serves, and its sizing; see `suites/capacity`. */
export const capacitySuite: CapacitySuite = capacitySuiteOn(host)

/** Declares the suite that compares protocols on the same work; see `suites/protocols`. */
export const protocolsSuite: ProtocolsSuite = protocolsSuiteOn(host)

/** Declares the suite that checks describe-load itself on this machine; see `suites/unit`. */
export const unitSuite: UnitSuite = unitSuiteOn(host)
