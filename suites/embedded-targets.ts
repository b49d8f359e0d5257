import { afterAll } from 'vitest'
import { workTargets } from '../src/assessments/demo.ts'
import { DemoServers } from '../src/demo/demo-servers.ts'
import type { SuiteTargets } from '../src/vitest.ts'

/** Returns the embedded target of each protocol, which ends with the test file. */
export function embeddedTargets(): SuiteTargets {
  const servers = new DemoServers()
  afterAll(() => servers[Symbol.asyncDispose]())
  return workTargets(servers)
}
