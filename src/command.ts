/** The entry point of the command, with every suite. */
import { capacitySuiteOn } from './assessments/capacity/capacity-suite.ts'
import { capacityDemo, limitsDemo, mcpStressDemo, protocolsDemo, scenariosDemo, unitDemo } from './assessments/demo.ts'
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
      takes: 'about 30 s',
      examples: ['unit'],
      hasDefaultTarget: true,
      demo: unitDemo,
      declare: (host) => unitSuiteOn(host)(),
    },
    scenarios: {
      about: 'runs seven traffic scenarios and checks the service level',
      takes: 'about 9 min for all protocols, 6 min for HTTP; with -d 10s, 10 s for each scenario',
      examples: [
        'scenarios -t http://127.0.0.1:3000 -d 10s',
        "scenarios -t localhost:3000 --path /cart -H 'authorization: Bearer …' --p99 200",
      ],
      demo: scenariosDemo,
      declare: (host) => scenariosSuiteOn(host)(),
    },
    limits: {
      about: 'finds the highest sustainable rate and the bottleneck',
      takes: 'about 75 s',
      examples: [
        'limits -t http://127.0.0.1:3000 --path /cart --p99 100',
        'limits -t localhost:3000 --min-rps 500 --json > limits.json',
      ],
      demo: limitsDemo,
      declare: (host) => limitsSuiteOn(host)(),
    },
    protocols: {
      about: 'compares protocols on the same work',
      takes: 'about 35 s for each protocol',
      examples: ['protocols -t http://127.0.0.1:3000 -d 5s'],
      demo: protocolsDemo,
      declare: (host) => protocolsSuiteOn(host)(),
    },
    'mcp-stress': {
      about: 'stresses an MCP server and probes it for common faults',
      takes: 'about 90 s',
      examples: ['mcp-stress -t http://127.0.0.1:3000/mcp', 'mcp-stress -d 5s -- node server.js'],
      demo: mcpStressDemo,
      declare: (host) => mcpStressSuiteOn(host)(),
    },
    capacity: {
      about: 'determines how many users a target serves, and sizes it for the peak',
      takes: 'about 2 min',
      examples: ['capacity -t http://127.0.0.1:3000 --users 2000 --p95 300'],
      demo: capacityDemo,
      declare: (host) => capacitySuiteOn(host)(),
    },
  },
})
// Exits without waiting for a started target or a connection that closes slowly.
process.exit()
