import { LoadUserCodeError } from '../../../model/errors.ts'
import type { BatchFunction } from '../../../model/batch.ts'
import type { Cancel, Connection, ExchangeEvents, Outcome, Outgoing, Protocol } from '../../../model/protocol.ts'
import type { AnyRequest, RequestLabel } from '../../../model/requests.ts'
import { describeThrown } from '../../../model/thrown.ts'
import type { Count } from '../../../model/units.ts'
import type { ResolvedPlan } from '../../../plan/resolved-plan.ts'
import type { ArrivedBatch } from '../../../traffic/arrival-source.ts'
import type { RequestPicker } from '../../../traffic/workloads/picker.ts'
import type { LaneRequest } from './lane-picker.ts'
import { AwaitingSetup } from './templates.ts'

/** A batch of operations that is sent as one message. */
export class Bulk implements RequestLabel {
  readonly name: string
  readonly items: readonly LaneRequest[]
  /** The request that carries all items, if code of the user made one. */
  readonly message: LaneRequest | undefined

  constructor(items: readonly LaneRequest[], message: LaneRequest | undefined) {
    // Sorted, because the order in a message says nothing.
    this.name = [...new Set(items.map(({ name = '' }) => name))].toSorted().join(', ')
    this.items = items
    this.message = message
  }
}

/**
 * Returns how a plan's batches travel: as one message each, made by code of the user (`function`) or by the protocol
 * (`message`); undefined if the requests of a batch are only sent at the same time.
 */
export function bulkOf(
  { batchSize, batch, lanes }: ResolvedPlan,
  protocol: Protocol<AnyRequest> | undefined,
  negotiated: unknown,
): 'function' | 'message' | undefined {
  if (batchSize === 1 || lanes.length > 1) return undefined
  if (batch !== undefined) return 'function'
  return protocol?.hasBatches?.(negotiated) === true ? 'message' : undefined
}

/** Picks batches: the message at a position carries the requests at that position and at the next ones. */
export function bulkPicker(
  picker: RequestPicker<LaneRequest>,
  batchSize: number,
  protocol: Protocol<AnyRequest>,
  make: BatchFunction | undefined,
): RequestPicker<Bulk> {
  return {
    pick(position) {
      const items: LaneRequest[] = []
      for (let place = 0; place < batchSize; place++) {
        const item = picker.pick(position < 0 ? position - place : position + place)
        if (item === 'later') return item
        items.push(item)
      }
      return new Bulk(items, make && messageOf(items, make, protocol))
    },
  }
}

function messageOf(items: readonly LaneRequest[], make: BatchFunction, protocol: Protocol<AnyRequest>): LaneRequest {
  const known = items.flatMap((item) => (item instanceof AwaitingSetup ? [] : [item]))
  if (known.length === items.length) return made(known, make, protocol)
  const written = items.map((item) => (item instanceof AwaitingSetup ? item.written : item))
  const render = (setup: unknown): AnyRequest =>
    made(
      items.map((item) => (item instanceof AwaitingSetup ? item.render(setup) : item)),
      make,
      protocol,
    )
  return new AwaitingSetup(written[0] ?? {}, render)
}

/** Throws `LoadUserCodeError` if the function throws or does not return a request. */
function made(items: readonly AnyRequest[], make: BatchFunction, protocol: Protocol<AnyRequest>): AnyRequest {
  let request: AnyRequest
  try {
    request = make(items) as AnyRequest
  } catch (cause) {
    throw new LoadUserCodeError('ERR_LOAD_USER_CODE', `batch threw ${describeThrown(cause).text}`, { cause })
  }
  const [issue] = protocol.issuesOf(request, 'batch()')
  if (issue !== undefined) throw new LoadUserCodeError('ERR_LOAD_USER_CODE', `${issue.key} ${issue.rule}`)
  return protocol.asData?.(request) ?? request
}

/** Returns the operations of a batch for the schedule. */
export function batchOf(payload: LaneRequest | Bulk, operationOf: (request: LaneRequest) => string): ArrivedBatch {
  const items = payload instanceof Bulk ? payload.items : [payload]
  return { operations: items.map(operationOf), items }
}

/**
 * A connection that sends each batch as one message. `onMessages` gets the number of messages of each measured batch.
 */
export class BulkConnection implements Connection<LaneRequest | Bulk> {
  readonly maxInFlight: number
  readonly version?: string
  readonly pid?: number
  readonly closed: Promise<Error | undefined>
  readonly listen?: NonNullable<Connection<LaneRequest>['listen']>
  readonly #connection: Connection<LaneRequest>
  readonly #onMessages: (messages: Count) => void

  constructor(connection: Connection<LaneRequest>, onMessages: (messages: Count) => void) {
    const { maxInFlight, version, pid, closed } = connection
    this.maxInFlight = maxInFlight
    if (version !== undefined) this.version = version
    if (pid !== undefined) this.pid = pid
    if (connection.listen !== undefined) this.listen = connection.listen.bind(connection)
    this.closed = closed
    this.#connection = connection
    this.#onMessages = onMessages
  }

  get usable(): boolean {
    return this.#connection.usable
  }

  exchange({ payload, ...outgoing }: Outgoing<LaneRequest | Bulk>, events: ExchangeEvents): Cancel {
    const connection = this.#connection
    if (!(payload instanceof Bulk)) return connection.exchange({ ...outgoing, payload }, events)
    const isMeasured = outgoing.requestId >= 0
    if (payload.message !== undefined) {
      if (isMeasured) this.#onMessages(1)
      return connection.exchange({ ...outgoing, payload: payload.message }, events)
    }
    const parts = new BulkExchange(payload.items.length, events)
    const send = (): void => {
      for (const [place, item] of payload.items.entries()) {
        // In the warm-up, ids count down.
        const requestId = isMeasured ? outgoing.requestId + place : outgoing.requestId - place
        parts.sent(place, (each) => connection.exchange({ ...outgoing, requestId, payload: item }, each))
      }
    }
    const messages = connection.together?.(send)
    if (messages === undefined) send()
    if (isMeasured) this.#onMessages(messages ?? payload.items.length)
    return parts.cancel
  }

  close(): Promise<void> {
    return this.#connection.close()
  }

  destroy(): void {
    this.#connection.destroy()
  }
}

/** The exchanges of one message. It ends with the last of them. */
class BulkExchange {
  readonly #events: ExchangeEvents
  readonly #cancels = new Map<number, Cancel>()
  #left: number
  #bytesSent = 0
  #bytesReceived = 0

  constructor(count: number, events: ExchangeEvents) {
    this.#left = count
    this.#events = events
  }

  sent(place: number, send: (events: ExchangeEvents) => Cancel): void {
    let isOver = false
    const cancel = send({
      onMessage: () => {},
      onDone: (outcome) => {
        isOver = true
        this.#ended(place, outcome)
      },
    })
    if (!isOver) this.#cancels.set(place, cancel)
  }

  readonly cancel: Cancel = () => {
    for (const cancel of this.#cancels.values()) this.#count(cancel())
    this.#cancels.clear()
    return { bytesSent: this.#bytesSent, bytesReceived: this.#bytesReceived }
  }

  #ended(place: number, outcome: Outcome): void {
    this.#cancels.delete(place)
    this.#count(outcome)
    this.#events.onPart?.(place, outcome)
    if (--this.#left > 0) return
    this.#events.onDone({ ok: true, bytesSent: this.#bytesSent, bytesReceived: this.#bytesReceived })
  }

  #count({ bytesSent, bytesReceived }: Pick<Outcome, 'bytesSent' | 'bytesReceived'>): void {
    this.#bytesSent += bytesSent
    this.#bytesReceived += bytesReceived
  }
}
