import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import type { CustomProtocol } from '../../../model/custom-protocol.ts'
import type { Target } from '../../../model/target.ts'
import type { WrittenPlan } from '../../../plan/load-plan.ts'
import { formatPlural } from '../../../wording/figures.ts'
import { type Check, type CheckGroup, shortRun } from '../check.ts'
import { overPipes } from '../over-pipes.ts'
import type { WorkTarget } from '../unit-server.ts'
import { workDuring } from '../work-during.ts'

const REQUESTS = 30

/** A protocol as a user writes one: sends a line, and gets a line. */
const lines: CustomProtocol = {
  name: 'lines',
  async connect({ hostname, port }, { signal }) {
    const socket = connect(Number(port), hostname)
    await once(socket, 'connect', { signal })
    let onLine = (_line: string): void => {}
    createInterface({ input: socket }).on('line', (line) => onLine(line))
    return {
      exchange({ payload }, { onDone }) {
        onLine = (line) => onDone({ ok: !line.startsWith('error'), bytesReceived: line.length + 1 })
        socket.write(`${String(payload['line'])}\n`)
      },
      close: () => void socket.end(),
    }
  },
}

interface ProtocolCase {
  readonly name: string
  /** The server whose counts apply. */
  readonly target: WorkTarget
  readonly plan: (url: string) => WrittenPlan
}

const work = (target: Target): WrittenPlan => ({ target, workload: 'balanced' })

const PROTOCOLS: readonly ProtocolCase[] = [
  { name: 'HTTP', target: 'http', plan: work },
  { name: 'WebSocket', target: 'websocket', plan: work },
  { name: 'TCP', target: 'tcp', plan: work },
  { name: 'MCP over HTTP', target: 'mcp', plan: work },
  { name: 'MCP over stdio', target: 'mcpLines', plan: (url) => work(overPipes(url)) },
  {
    name: 'a custom protocol',
    target: 'tcp',
    plan: (url) => ({
      target: url,
      protocol: lines,
      request: [
        { name: 'read', line: 'read text 10' },
        { name: 'write', line: 'write some text' },
      ],
    }),
  },
]

function protocolCheck({ name, target, plan }: ProtocolCase): Check {
  return {
    name: `requests over ${name}`,
    async observe(bench) {
      const { result, done } = await workDuring(bench, target, ({ url }) =>
        bench.load({ ...shortRun(bench, REQUESTS), ...plan(url) }),
      )
      const counted = (verb: string): number => done.verbs[verb] ?? 0
      const sent = (verb: string): number => result.operations[verb]?.requestsSent ?? 0
      const agree = ['read', 'write'].every((verb) => sent(verb) > 0 && sent(verb) === counted(verb))
      return {
        holds: agree && result.errors === 0 && result.requestsSent === sent('read') + sent('write'),
        sent: `${formatPlural(sent('read'), 'read')}, ${formatPlural(sent('write'), 'write')}, ${formatPlural(result.errors, 'error')}`,
        counted: `${formatPlural(counted('read'), 'read')}, ${formatPlural(counted('write'), 'write')}`,
        result,
      }
    },
  }
}

/** Each protocol sends the requests that the server gets. */
export const protocols: CheckGroup = { area: 'protocols', checks: PROTOCOLS.map(protocolCheck) }
