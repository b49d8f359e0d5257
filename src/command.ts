/** The command itself, with every suite that it knows. */
import { capacitySuiteOn } from './assessments/capacity.ts'
import { limitsSuiteOn } from './assessments/limits.ts'
import { mcpStressSuiteOn } from './assessments/mcp-stress.ts'
import { protocolsSuiteOn } from './assessments/protocols.ts'
import { scenariosSuiteOn } from './assessments/scenarios.ts'
import { unitSuiteOn } from './assessments/unit.ts'
import { main } from './hosts/command/main.ts'
import { CLIENT_INFO } from './protocols/mcp/client.ts'

process.exitCode = await main({
  words: process.argv.slice(2),
  version: CLIENT_INFO.version,
  suites: {
    unit: { about: 'does the tool itself do what it says?', ownTarget: true, declare: (host) => unitSuiteOn(host)() },
    scenarios: { about: 'is every kind of day got through?', declare: (host) => scenariosSuiteOn(host)() },
    limits: { about: 'how much does it carry, and what runs out?', declare: (host) => limitsSuiteOn(host)() },
    protocols: { about: 'which protocol is best for what?', declare: (host) => protocolsSuiteOn(host)() },
    'mcp-stress': { about: 'how does an MCP server bear stress?', declare: (host) => mcpStressSuiteOn(host)() },
    capacity: { about: 'how many users, and what to run for more?', declare: (host) => capacitySuiteOn(host)() },
  },
})
// A target that was started, or a connection that says goodbye slowly, keeps nobody waiting.
process.exit()
