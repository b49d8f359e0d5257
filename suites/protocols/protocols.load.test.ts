import { protocolsSuite } from '../../src/vitest.ts'
import { shortened } from '../durations.ts'
import { embeddedTargets } from '../embedded-targets.ts'

const { http, mcp, ...others } = embeddedTargets()

protocolsSuite({
  // A shortened run has time for only two protocols.
  targets: { ...(http !== undefined && { http }), ...(mcp !== undefined && { mcp }), ...(!shortened && others) },
  ...(shortened && { rate: 300, phaseMs: 1_200 }),
})
