import assert from 'node:assert/strict'
import type { CustomProtocol } from '../../model/custom-protocol.ts'
import type { Protocol } from '../../model/protocol.ts'
import type { AnyRequest } from '../../model/requests.ts'
import { customProtocol } from '../custom.ts'
import { type ConformanceOptions, holdOutcome, isShipped, PatienceError, Subject } from './subject.ts'

export type { ConformanceOptions, ConformanceServer } from './subject.ts'

/** One requirement for a protocol. `run` rejects when the protocol does not meet it. */
export interface ConformanceCase {
  readonly name: string
  run(): Promise<void>
}

const SEVERAL = 20
/** Maximum number of concurrent exchanges to test. A protocol may allow thousands, but this many are enough. */
const AT_ONCE = 64

type Claim = (subject: Subject) => Promise<void>

/** Requirements of the engine. Add a requirement by adding an entry. */
const CLAIMS: Readonly<Record<string, Claim>> = {
  'reports maxInFlight and usable for a new connection': async (subject) => {
    const connection = await subject.connect()
    assert.ok(connection.usable, 'a new connection must be usable')
    assert.ok(connection.maxInFlight >= 1, `maxInFlight must be at least 1, it is ${connection.maxInFlight}`)
  },
  'calls onDone once per exchange, with a valid outcome': async (subject) => {
    const exchange = subject.send(await subject.connect())
    holdOutcome(await subject.within('the response', exchange.done), true)
    await subject.quietly()
    assert.equal(exchange.outcomes.length, 1, `onDone was called ${exchange.outcomes.length} times`)
  },
  'carries consecutive exchanges on one connection': async (subject) => {
    const connection = await subject.connect()
    for (let i = 0; i < SEVERAL; i++) {
      holdOutcome(await subject.within(`response ${i + 1}`, subject.send(connection).done), true)
      if (!connection.usable) return
    }
  },
  'completes maxInFlight concurrent exchanges': async (subject) => {
    const connection = await subject.connect()
    const count = Math.min(AT_ONCE, connection.maxInFlight)
    const exchanges = Array.from({ length: count }, () => subject.send(connection))
    for (const { done } of exchanges) holdOutcome(await subject.within('a response', done), true)
    assert.ok(
      exchanges.every(({ outcomes }) => outcomes.length === 1),
      'onDone must be called once for every exchange',
    )
  },
  'reports nothing for a cancelled exchange and completes the next one': async (subject) => {
    const connection = await subject.connect()
    const given = subject.send(connection, subject.slowRequest)
    // A protocol may complete the exchange before `exchange` returns. Then there is nothing to cancel.
    if (given.outcomes.length === 0) given.cancel()
    const before = given.outcomes.length
    const next = connection.usable ? connection : await subject.connect()
    holdOutcome(await subject.within('the next response', subject.send(next).done), true)
    await subject.quietly()
    assert.equal(given.outcomes.length, before, 'onDone was called after the exchange had been cancelled')
  },
  'does not report a late response as unsolicited': async (subject) => {
    const connection = await subject.connect()
    subject.send(connection, subject.slowRequest).cancel()
    const next = connection.usable ? connection : await subject.connect()
    for (let i = 0; i < SEVERAL && next.usable; i++) await subject.within('a response', subject.send(next).done)
    await subject.quietly()
    assert.equal(subject.unsolicited, 0, `${subject.unsolicited} messages were reported as unsolicited`)
  },
  'closes gracefully and is not usable afterwards': async (subject) => {
    const connection = await subject.connect()
    await subject.within('the response', subject.send(connection).done)
    await subject.within('close() to resolve', connection.close())
    assert.equal(await subject.within('`closed` to resolve', connection.closed), undefined)
    assert.equal(connection.usable, false, 'a closed connection must not be usable')
  },
  'completes an exchange in flight when the connection is destroyed': async (subject) => {
    const connection = await subject.connect()
    const exchange = subject.send(connection, subject.slowRequest)
    connection.destroy()
    await subject.within('`closed` to resolve', connection.closed)
    assert.equal(exchange.outcomes.length, 1, 'onDone must be called for every exchange before `closed` resolves')
    assert.equal(connection.usable, false, 'a destroyed connection must not be usable')
  },
  'detects that the server has stopped and fails exchanges in flight': async (subject) => {
    const connection = await subject.connect()
    await subject.within('the response', subject.send(connection).done)
    await subject.server.stop()
    if (connection.usable) {
      holdOutcome(await subject.within('the failure', subject.send(connection).done), false)
    }
    await subject.within('`closed` to resolve', connection.closed)
    assert.equal(connection.usable, false, 'a lost connection must not be usable')
  },
  'rejects when no server is listening': async (subject) => {
    await subject.server.stop()
    await assert.rejects(subject.connect(), (error) => error instanceof Error && !(error instanceof PatienceError))
  },
  'rejects when the signal is already aborted': async (subject) => {
    await assert.rejects(
      subject.connect(AbortSignal.abort()),
      (error) => error instanceof Error && !(error instanceof PatienceError),
    )
  },
}

/**
 * Returns the engine's requirements for a protocol as test cases for any test runner:
 * `test.each(protocolConformance(mine, { start }))('$name', ({ run }) => run())`.
 */
export function protocolConformance(
  protocol: CustomProtocol | Protocol<AnyRequest>,
  options: ConformanceOptions,
): readonly ConformanceCase[] {
  const subject = isShipped(protocol) ? protocol : customProtocol(protocol)
  return Object.entries(CLAIMS).map(([name, claim]) => ({
    name,
    async run() {
      const held = new Subject(subject, options, await options.start())
      try {
        await claim(held)
      } finally {
        await held.end()
      }
    },
  }))
}
