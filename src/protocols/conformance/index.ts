import assert from 'node:assert/strict'
import type { OwnProtocol } from '../../model/own-protocol.ts'
import type { Protocol } from '../../model/protocol.ts'
import type { AnyRequest } from '../../model/requests.ts'
import { ownProtocol } from '../own.ts'
import { type ConformanceOptions, holdOutcome, isShipped, Subject } from './subject.ts'

export type { ConformanceOptions, ConformanceServer } from './subject.ts'

/** One claim about a protocol; `run` rejects when it does not hold. */
export interface ConformanceCase {
  readonly name: string
  run(): Promise<void>
}

const SEVERAL = 20
/** A protocol may say that it bears thousands at once; this many tell whether it does. */
const AT_ONCE = 64

type Claim = (subject: Subject) => Promise<void>

/** What the engine relies on. A new claim is a line here. */
const CLAIMS: Readonly<Record<string, Claim>> = {
  'says how many exchanges a connection bears, and that it can be used': async (subject) => {
    const connection = await subject.connect()
    assert.ok(connection.usable, 'a new connection must be usable')
    assert.ok(connection.maxInFlight >= 1, `maxInFlight must be at least 1, it is ${connection.maxInFlight}`)
  },
  'tells once that an exchange is over, and as what': async (subject) => {
    const exchange = subject.send(await subject.connect())
    holdOutcome(await subject.within('the answer', exchange.done), true)
    await subject.quietly()
    assert.equal(exchange.outcomes.length, 1, `onDone was called ${exchange.outcomes.length} times`)
  },
  'carries one exchange after the other on a connection': async (subject) => {
    const connection = await subject.connect()
    for (let i = 0; i < SEVERAL; i++) {
      holdOutcome(await subject.within(`answer ${i + 1}`, subject.send(connection).done), true)
      if (!connection.usable) return
    }
  },
  'answers as many at once as it says it bears': async (subject) => {
    const connection = await subject.connect()
    const count = Math.min(AT_ONCE, connection.maxInFlight)
    const exchanges = Array.from({ length: count }, () => subject.send(connection))
    for (const { done } of exchanges) holdOutcome(await subject.within('an answer', done), true)
    assert.ok(
      exchanges.every(({ outcomes }) => outcomes.length === 1),
      'each is over once',
    )
  },
  'says nothing more of an exchange that was given up, and the next one gets its own answer': async (subject) => {
    const connection = await subject.connect()
    const given = subject.send(connection, subject.slowRequest)
    // A protocol may answer before it returns: then there is nothing to give up.
    if (given.outcomes.length === 0) given.cancel()
    const before = given.outcomes.length
    const next = connection.usable ? connection : await subject.connect()
    holdOutcome(await subject.within('the next answer', subject.send(next).done), true)
    await subject.quietly()
    assert.equal(given.outcomes.length, before, 'onDone was called after the exchange had been given up')
  },
  'reports no response as unsolicited, not even a late one': async (subject) => {
    const connection = await subject.connect()
    subject.send(connection, subject.slowRequest).cancel()
    const next = connection.usable ? connection : await subject.connect()
    for (let i = 0; i < SEVERAL && next.usable; i++) await subject.within('an answer', subject.send(next).done)
    await subject.quietly()
    assert.equal(subject.unsolicited, 0, `${subject.unsolicited} messages were reported as unsolicited`)
  },
  'ends in order when asked to, and can then carry nothing more': async (subject) => {
    const connection = await subject.connect()
    await subject.within('the answer', subject.send(connection).done)
    await subject.within('the end of close()', connection.close())
    assert.equal(await subject.within('the end of `closed`', connection.closed), undefined)
    assert.equal(connection.usable, false, 'a closed connection must not be usable')
  },
  'destroyed with an exchange under way, that one is over too': async (subject) => {
    const connection = await subject.connect()
    const exchange = subject.send(connection, subject.slowRequest)
    connection.destroy()
    await subject.within('the end of `closed`', connection.closed)
    assert.equal(exchange.outcomes.length, 1, 'by the end of `closed` every exchange must have had its onDone')
    assert.equal(connection.usable, false, 'a destroyed connection must not be usable')
  },
  'notices that its server is gone, and no exchange is lost': async (subject) => {
    const connection = await subject.connect()
    await subject.within('the answer', subject.send(connection).done)
    await subject.server.stop()
    if (connection.usable) {
      holdOutcome(await subject.within('the failure', subject.send(connection).done), false)
    }
    await subject.within('the end of `closed`', connection.closed)
    assert.equal(connection.usable, false, 'a lost connection must not be usable')
  },
  'rejects when no server is there': async (subject) => {
    await subject.server.stop()
    await assert.rejects(subject.connect(), (error) => error instanceof Error && !/did not come/.test(error.message))
  },
  'rejects when it was given up before it began': async (subject) => {
    await assert.rejects(
      subject.connect(AbortSignal.abort()),
      (error) => error instanceof Error && !/did not come/.test(error.message),
    )
  },
}

/**
 * What the engine relies on in a protocol, as cases for any test runner:
 * `test.each(protocolConformance(mine, { start }))('$name', ({ run }) => run())`.
 */
export function protocolConformance(
  protocol: OwnProtocol | Protocol<AnyRequest>,
  options: ConformanceOptions,
): readonly ConformanceCase[] {
  const subject = isShipped(protocol) ? protocol : ownProtocol(protocol)
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
