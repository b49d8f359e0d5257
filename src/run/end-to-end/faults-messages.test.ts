import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stdioTarget } from '../../../fixtures/index.ts'
import type { ErrorClass } from '../../model/error-class.ts'
import { mcp } from '../../protocols/mcp/index.ts'
import { ECHO, errorsOf, SILENT_PLAN, startServers, stopServers, strike } from './faults.fixture.ts'
import type { FaultKind, FaultOptions, PartyName, Servers } from './faults.fixture.ts'

const EVERY = 5
const OVER_HTTP = ['mcp http', 'mcp sse', 'mcp sessions'] as const satisfies readonly PartyName[]
const OF: readonly PartyName[] = [...OVER_HTTP, 'mcp tcp', 'mcp ws']
const PIPES = 'mcp stdio'

interface Fault {
  readonly what: string
  readonly options: FaultOptions
  readonly counted: FaultKind
  /**
   * Error class if each reply is the response to one post, so that its request is known; undefined if there is no
   * error.
   */
  readonly overHttp?: ErrorClass
  /**
   * Error class if messages may arrive at any time: a reply without a matching request is ignored, and the request
   * keeps waiting.
   */
  readonly else?: ErrorClass
}

const FAULTS: readonly Fault[] = [
  {
    what: 'counts an unknown id as a protocol error over HTTP, and otherwise as no reply',
    options: { unknownIdEvery: EVERY },
    counted: 'unknown-id',
    overHttp: 'protocol',
    else: 'timeout',
  },
  {
    what: 'counts a missing id as a protocol error over HTTP, and otherwise as no reply',
    options: { noIdEvery: EVERY },
    counted: 'no-id',
    overHttp: 'protocol',
    else: 'timeout',
  },
  {
    what: 'accepts a duplicate reply once, and no other request is affected',
    options: { twiceEvery: EVERY },
    counted: 'twice',
  },
]

let servers: Servers

beforeAll(async () => {
  servers = await startServers(OF)
})

afterAll(() => stopServers(servers))

describe(`a fault in every ${EVERY}th JSON-RPC reply`, () => {
  test.each(FAULTS)('$what', async ({ options, counted, ...classes }) => {
    // One process, which counts the calls in the order in which they were sent.
    const stdio = { target: stdioTarget(options), protocol: mcp({ maxInFlight: 40 }), maxConnections: 1 } as const
    const beside = [{ ...stdio, name: PIPES, request: ECHO }]
    const parties = await strike({ servers, of: OF, options, counted, plan: SILENT_PLAN, beside })
    expect(parties.map(({ name }) => name)).toEqual([...OF, PIPES])
    for (const { name, figures, read, struck } of parties) {
      // The run starts and ends this process, so the test cannot read its counts.
      const every = Math.floor((name === PIPES ? figures.requestsSent : read) / EVERY)
      const errorClass = OVER_HTTP.some((each) => each === name) ? classes.overHttp : classes.else
      expect(figures.requestsSent, name).toBeGreaterThan(EVERY)
      expect(errorsOf(figures), name).toEqual(errorClass === undefined ? {} : { [errorClass]: every })
      if (name !== PIPES) expect(struck, `${name}, counted by its server`).toBe(every)
    }
  })
})
