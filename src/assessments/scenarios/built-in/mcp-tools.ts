import { rampUp } from '../../../traffic/patterns/index.ts'
import type { Scenario } from '../scenario.ts'

export const mcpTools: Scenario = {
  name: 'MCP',
  about: 'an MCP server with a growing number of clients',
  needs: ['mcp'],
  rate: 50,
  durationMs: 45_000,
  plan: ({ rate, durationMs }, { mcp }) => ({
    ...(mcp !== undefined && { target: mcp }),
    protocol: 'mcp',
    pattern: rampUp({ from: 0, to: rate, duration: durationMs }),
    messageSize: 'medium',
    workload: 'balanced',
    connection: 'pooled',
  }),
}
