import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stdioTarget } from '../../fixtures/index.ts'
import type { ErrorClass } from '../model/protocol.ts'
import { mcp } from '../protocols/mcp/index.ts'
import { ECHO, errorsOf, SILENT_PLAN, startServers, stopServers, strike } from './faults.case.ts'
import type { FaultKind, FaultOptions, PartyName, Servers } from './faults.case.ts'

const EVERY = 5
const OVER_HTTP = ['mcp http', 'mcp sse', 'mcp sessions'] as const satisfies readonly PartyName[]
const OF: readonly PartyName[] = [...OVER_HTTP, 'mcp tcp', 'mcp ws']
const PIPES = 'mcp stdio'

interface Fault {
  readonly what: string
  readonly options: FaultOptions
  readonly counted: FaultKind
  /** Where a reply comes as the answer to a post it is known whose it should have been; undefined: no error. */
  readonly overHttp?: ErrorClass
  /** Where any message may come at any time, what answers nobody is passed over, and who waits waits on. */
  readonly else?: ErrorClass
}

const FAULTS: readonly Fault[] = [
  {
    what: 'has an id that nobody used is of class misrouted over HTTP, and else no reply',
    options: { unknownIdEvery: EVERY },
    counted: 'unknown-id',
    overHttp: 'misrouted',
    else: 'timeout',
  },
  {
    what: 'has no id is of class misrouted over HTTP, and else no reply',
    options: { noIdEvery: EVERY },
    counted: 'no-id',
    overHttp: 'misrouted',
    else: 'timeout',
  },
  {
    what: 'comes twice is taken once, and disturbs nobody',
    options: { twiceEvery: EVERY },
    counted: 'twice',
  },
]

let servers: Servers

beforeAll(async () => {
  servers = await startServers(OF)
})

afterAll(() => stopServers(servers))

describe(`every ${EVERY}th reply of JSON-RPC`, () => {
  test.each(FAULTS)('that $what', async ({ options, counted, ...classes }) => {
    // One process, which counts the calls in the order in which they were sent.
    const stdio = { target: stdioTarget(options), protocol: mcp({ maxInFlight: 40 }), maxConnections: 1 } as const
    const beside = [{ ...stdio, name: PIPES, request: ECHO }]
    const parties = await strike({ servers, of: OF, options, counted, plan: SILENT_PLAN, beside })
    expect(parties.map(({ name }) => name)).toEqual([...OF, PIPES])
    for (const { name, figures, read, struck } of parties) {
      // Nobody can ask a process about itself that the run has started and ended.
      const every = Math.floor((name === PIPES ? figures.requestsSent : read) / EVERY)
      const errorClass = OVER_HTTP.some((each) => each === name) ? classes.overHttp : classes.else
      expect(figures.requestsSent, name).toBeGreaterThan(EVERY)
      expect(errorsOf(figures), name).toEqual(errorClass === undefined ? {} : { [errorClass]: every })
      if (name !== PIPES) expect(struck, `${name}, as its server has it`).toBe(every)
    }
  })
})
