import { classOfConnectError, ConnectError } from '../../../model/connect-error.ts'
import { LoadPlanError } from '../../../model/errors.ts'
import type {
  Answer,
  Cancel,
  Connection,
  ExchangeEvents,
  Outcome,
  Outgoing,
  Protocol,
} from '../../../model/protocol.ts'
import type { AnyRequest } from '../../../model/requests.ts'
import type { SetupFunction } from '../../../model/setup.ts'
import { learnSetup } from '../../../model/text/clean.ts'
import { messageOf } from '../../../model/thrown.ts'
import { answerTo } from '../../../model/unread-answer.ts'
import { failedRequestText } from '../../../measure/error-text.ts'
import type { UserAgent } from '../../../traffic/journeys/user-agent.ts'
import type { LaneRequest } from './lane-picker.ts'
import { AwaitingSetup } from './templates.ts'

/**
 * Start of the request ids of setups, below all other ids: each connection uses a thousand ids, counting down from
 * here.
 */
const SETUP_IDS = -(2 ** 52)
const IDS_EACH = 1_000

const NOTHING: Answer = Object.freeze({ text: '' })

export interface SetupParts {
  readonly setup: SetupFunction
  readonly protocol: Protocol<AnyRequest>
  /** Says what was sent, for the error of a request. */
  describe(sent: Pick<Outgoing<AnyRequest>, 'operation' | 'payload'>): string
  /** Number of the connection in the run. */
  readonly number: number
  readonly userAgent: UserAgent | undefined
  readonly signal: AbortSignal
}

/**
 * Runs the plan's setup on a connection that nothing else uses yet, and returns a connection that fills the setup's
 * result into its requests. Rejects with a `ConnectError` if the setup throws or has not finished when `signal` is
 * aborted.
 */
export async function setUp(connection: Connection<AnyRequest>, parts: SetupParts): Promise<Connection<LaneRequest>> {
  const { setup, number, signal } = parts
  const aborted = Promise.withResolvers<never>()
  const abort = (): void => aborted.reject(new ConnectError('timeout', 'it did not finish in time'))
  signal.addEventListener('abort', abort)
  const sender = new SetupSender(connection, parts)
  try {
    const returned = Promise.resolve(setup({ number, send: (request) => sender.send(request) }))
    const result: unknown = await Promise.race([returned, aborted.promise])
    learnSetup(result)
    return new ConnectionAfterSetup(connection, result)
  } catch (error) {
    sender.giveUp()
    throw failureOf(error)
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

function failureOf(error: unknown): ConnectError {
  const why = messageOf(error)
  const known = error instanceof Error ? classOfConnectError(error) : undefined
  const errorClass = error instanceof ConnectError ? error.errorClass : (known ?? 'connect')
  return new ConnectError(errorClass, `the setup of the connection failed: ${why}`, { cause: error })
}

/** Sends the requests of a setup, as many at a time as the connection allows. */
class SetupSender {
  readonly #connection: Connection<AnyRequest>
  readonly #parts: SetupParts
  /** Some of these exchanges may have ended. */
  readonly #underWay = new Set<SetupExchange>()
  #sent = 0
  #over = false

  constructor(connection: Connection<AnyRequest>, parts: SetupParts) {
    this.#connection = connection
    this.#parts = parts
  }

  send(request: AnyRequest): Promise<Answer> {
    const answer = this.#send(request)
    // A setup that does not await the answer must not crash the thread with an unhandled rejection.
    answer.catch(() => {})
    return answer
  }

  async #send(request: AnyRequest): Promise<Answer> {
    const { protocol, number, userAgent } = this.#parts
    const payload = userAgent?.send(request) ?? request
    const issues = protocol.issuesOf(payload, 'setup request')
    if (issues.length > 0) throw new LoadPlanError(issues)
    if (this.#over || !this.#connection.usable) throw new ConnectError('connection', 'the connection was lost')
    for (const asked of this.#underWay) if (asked.over) this.#underWay.delete(asked)
    if (this.#underWay.size >= this.#connection.maxInFlight) {
      throw new Error(`at most ${this.#connection.maxInFlight} requests at a time: await each send`)
    }
    const requestId = SETUP_IDS - number * IDS_EACH - this.#sent++
    const answer = await this.#exchange({ requestId, operation: request.name ?? '', payload })
    userAgent?.handle(answer)
    return answerTo(request, answer)
  }

  giveUp(): void {
    this.#over = true
    for (const { over, cancel } of this.#underWay) if (!over) cancel?.()
  }

  #exchange(outgoing: Outgoing<AnyRequest>): Promise<Answer> {
    const asked = new SetupExchange(outgoing, (sent) => this.#parts.describe(sent))
    this.#underWay.add(asked)
    asked.cancel = this.#connection.exchange(outgoing, asked)
    return asked.answer
  }
}

class SetupExchange implements ExchangeEvents {
  readonly answer: Promise<Answer>
  over = false
  cancel: Cancel | undefined
  readonly #resolve: (answer: Answer) => void
  readonly #reject: (error: ConnectError) => void
  readonly #outgoing: Outgoing<AnyRequest>
  readonly #describe: SetupParts['describe']

  constructor(outgoing: Outgoing<AnyRequest>, describe: SetupParts['describe']) {
    this.#outgoing = outgoing
    this.#describe = describe
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    this.answer = promise
    this.#resolve = resolve
    this.#reject = reject
  }

  onMessage(): void {}

  onDone({ ok, errorClass = 'protocol', message, excerpt, answer = NOTHING }: Outcome): void {
    this.over = true
    if (ok) return this.#resolve(answer)
    const { payload } = this.#outgoing
    const text = failedRequestText(this.#describe(this.#outgoing), { message, excerpt, payload })
    this.#reject(new ConnectError(errorClass, text))
  }
}

/** A connection that fills the setup's result into requests that need it. */
class ConnectionAfterSetup implements Connection<LaneRequest> {
  readonly maxInFlight: number
  readonly version?: string
  readonly pid?: number
  readonly closed: Promise<Error | undefined>
  readonly together?: NonNullable<Connection<AnyRequest>['together']>
  readonly #connection: Connection<AnyRequest>
  readonly #returned: unknown

  constructor(connection: Connection<AnyRequest>, returned: unknown) {
    const { maxInFlight, version, pid, closed } = connection
    this.maxInFlight = maxInFlight
    if (version !== undefined) this.version = version
    if (pid !== undefined) this.pid = pid
    this.closed = closed
    if (connection.together !== undefined) this.together = connection.together.bind(connection)
    this.#connection = connection
    this.#returned = returned
  }

  get usable(): boolean {
    return this.#connection.usable
  }

  exchange(outgoing: Outgoing<LaneRequest>, events: ExchangeEvents): Cancel {
    const { requestId, operation, payload: given, traceparent } = outgoing
    const payload = given instanceof AwaitingSetup ? given.render(this.#returned) : given
    return this.#connection.exchange({ requestId, operation, payload, traceparent }, events)
  }

  close(): Promise<void> {
    return this.#connection.close()
  }

  destroy(): void {
    this.#connection.destroy()
  }
}
