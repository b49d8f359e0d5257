/** How each suite runs in the demo: its server, whose true limits are known, and a short form of its options. */
import type { SuiteDemo } from '../hosts/command/demo.ts'
import type { DemoServers } from '../demo/demo-servers.ts'
import { PROTOCOL_NAMES } from '../protocols/index.ts'
import { capacitySuiteOn } from './capacity/capacity-suite.ts'
import { limitsSuiteOn } from './limits/limits-suite.ts'
import { mcpStressSuiteOn } from './mcp-stress/mcp-stress-suite.ts'
import { protocolsSuiteOn } from './protocols/protocols-suite.ts'
import { scenariosSuiteOn } from './scenarios/scenarios-suite.ts'
import type { SuiteTargets } from './suite-targets.ts'
import { unitSuiteOn } from './unit/unit-suite.ts'

/** Lower than the default of 0.95, so that shorter runs are enough to determine a percentile. */
const SHORT_CONFIDENCE = 0.8

const ALL_PROTOCOLS = 'the same work over HTTP, WebSocket, TCP and MCP'

/** Returns a target of each protocol. All of them do the same work. */
export function workTargets(servers: DemoServers): SuiteTargets {
  return Object.fromEntries(PROTOCOL_NAMES.map((protocol) => [protocol, servers.target({ kind: 'work', protocol })]))
}

export const unitDemo: SuiteDemo = {
  server: () => 'servers that count what they receive',
  shortS: 16,
  declare: (host, _servers, isShort) => unitSuiteOn(host)(isShort ? { durationMs: 300 } : {}),
}

export const scenariosDemo: SuiteDemo = {
  server: () => ALL_PROTOCOLS,
  shortS: 14,
  declare(host, servers, isShort) {
    const targets = workTargets(servers)
    if (!isShort) return scenariosSuiteOn(host)({ targets })
    host.describeLoad('short', { confidence: SHORT_CONFIDENCE }, () => {
      scenariosSuiteOn(host)({ targets, durationMs: 1_500 })
    })
  },
}

export const limitsDemo: SuiteDemo = {
  server: () => '4 requests at a time, 10 ms each: at most 400 req/s',
  shortS: 16,
  declare(host, servers, isShort) {
    const target = servers.target({ kind: 'capacity', servers: 4, serviceMs: 10 })
    limitsSuiteOn(host)({ target, ...(isShort && { slo: { p99Ms: 50 }, lengthShare: 0.25 }) })
  },
}

export const protocolsDemo: SuiteDemo = {
  server: (isShort) => (isShort ? 'the same work over HTTP and MCP' : ALL_PROTOCOLS),
  shortS: 18,
  declare(host, servers, isShort) {
    const { http, mcp, ...others } = workTargets(servers)
    // The short form has time for only two protocols.
    const targets = { ...(http !== undefined && { http }), ...(mcp !== undefined && { mcp }), ...(!isShort && others) }
    protocolsSuiteOn(host)({ targets, ...(isShort && { rate: 200, phaseMs: 1_000 }) })
  },
}

export const mcpStressDemo: SuiteDemo = {
  server: () => 'an MCP server without faults',
  shortS: 11,
  declare(host, servers, isShort) {
    const target = servers.target({ kind: 'work', protocol: 'mcp' })
    mcpStressSuiteOn(host)({ target, equalIds: true, ...(isShort && { phaseMs: 800, idleMs: 1_000 }) })
  },
}

export const capacityDemo: SuiteDemo = {
  server: () => '8 requests at a time, 10 ms each: 800 req/s, which is 1 600 users',
  shortS: 15,
  declare(host, servers, isShort) {
    const target = servers.target({ kind: 'capacity', servers: 8, serviceMs: 10 })
    capacitySuiteOn(host)({ target, ...(isShort && { phaseMs: 1_000, sla: { p95Ms: 50 } }) })
  },
}
