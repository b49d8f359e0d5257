/** The entry point of the command, with every suite. */
import { capacitySuiteOn } from './assessments/capacity/capacity-suite.ts'
import { limitsSuiteOn } from './assessments/limits/limits-suite.ts'
import { mcpStressSuiteOn } from './assessments/mcp-stress/mcp-stress-suite.ts'
import { protocolsSuiteOn } from './assessments/protocols/protocols-suite.ts'
import { scenariosSuiteOn } from './assessments/scenarios/scenarios-suite.ts'
import { unitSuiteOn } from './assessments/unit/unit-suite.ts'
import { main } from './hosts/command/main.ts'
import { CLIENT_INFO } from './protocols/mcp/client.ts'

process.exitCode = await main({
  words: process.argv.slice(2),
  version: CLIENT_INFO.version,
  suites: {
    unit: {
      about: 'checks describe-load itself on this machine',
      hasDefaultTarget: true,
      declare: (host) => unitSuiteOn(host)(),
    },
    scenarios: {
      about: 'runs seven traffic scenarios and checks the service level',
      declare: (host) => scenariosSuiteOn(host)(),
    },
    limits: {
      about: 'finds the highest sustainable rate and the bottleneck',
      declare: (host) => limitsSuiteOn(host)(),
    },
    protocols: { about: 'compares protocols on the same work', declare: (host) => protocolsSuiteOn(host)() },
    'mcp-stress': {
      about: 'stresses an MCP server and probes it for common faults',
      declare: (host) => mcpStressSuiteOn(host)(),
    },
    capacity: {
      about: 'determines how many users a target serves, and sizes it for the peak',
      declare: (host) => capacitySuiteOn(host)(),
    },
  },
})
// Exits without waiting for a started target or a connection that closes slowly.
process.exit()
