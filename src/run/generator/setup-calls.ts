/**
 * A setup function of the plan stays in the test's thread. The generator thread asks for a call for each connection,
 * and sends the requests of the call on that connection.
 */
import { type MetricOptions, type MetricReceiver, receivingMetrics } from '../../measure/metric.ts'
import type { MetricRecorder } from '../../measure/metric-recorder.ts'
import { ConnectError } from '../../model/connect-error.ts'
import type { ErrorClass } from '../../model/error-class.ts'
import type { Answer, Protocol } from '../../model/protocol.ts'
import type { AnyRequest } from '../../model/requests.ts'
import type { SetupContext, SetupFunction } from '../../model/setup.ts'
import { learnSetup } from '../../model/text/clean.ts'
import { messageOf } from '../../model/thrown.ts'
import { answerTo } from '../../model/unread-answer.ts'

/** A value, or why there is none. */
type Reply<Value> =
  | { readonly value: Value }
  | { readonly message: string; readonly errorClass?: ErrorClass; readonly code?: string }

/** From the generator thread. */
export type SetupQuestion =
  | { readonly type: 'setup'; readonly call: number; readonly lane: number; readonly number: number }
  | { readonly type: 'setup-answer'; readonly call: number; readonly sent: number; readonly reply: Reply<Answer> }

/** To the generator thread. */
export type SetupOrder =
  | { readonly type: 'setup-send'; readonly call: number; readonly sent: number; readonly request: AnyRequest }
  /** The arguments of `metric` in the call: valid, except that the unit may contradict that of a call in the thread. */
  | {
      readonly type: 'setup-metric'
      readonly call: number
      readonly name: string
      readonly value: number
      readonly unit: string | undefined
    }
  | { readonly type: 'setup-done'; readonly call: number; readonly reply: Reply<unknown> }

interface OpenCall {
  readonly context: SetupContext
  readonly done: PromiseWithResolvers<unknown>
}

/** In the generator thread: calls the setup in the test's thread. */
export class SetupCaller {
  readonly #post: (question: SetupQuestion) => void
  readonly #receiveMetric: MetricReceiver
  readonly #open = new Map<number, OpenCall>()
  #calls = 0

  /** `receiveMetric` throws what is wrong with a call of `metric`. */
  constructor(post: (question: SetupQuestion) => void, receiveMetric: MetricReceiver) {
    this.#post = post
    this.#receiveMetric = receiveMetric
  }

  /** Returns the setup for the connections of a lane. */
  ofLane(lane: number): SetupFunction {
    return (context) => {
      const call = this.#calls++
      const done = Promise.withResolvers<unknown>()
      this.#open.set(call, { context, done })
      this.#post({ type: 'setup', call, lane, number: context.number })
      return done.promise
    }
  }

  handle(order: SetupOrder): void {
    const open = this.#open.get(order.call)
    if (open === undefined) return
    if (order.type === 'setup-done') {
      this.#open.delete(order.call)
      settle(order.reply, open.done)
      return
    }
    if (order.type === 'setup-metric') {
      const { name, value, unit } = order
      try {
        this.#receiveMetric(name, value, unit === undefined ? undefined : { unit })
      } catch (error) {
        open.done.reject(error)
      }
      return
    }
    const { call, sent, request } = order
    open.context.send(request).then(
      (value) => this.#post({ type: 'setup-answer', call, sent, reply: { value } }),
      (error: unknown) => this.#post({ type: 'setup-answer', call, sent, reply: failureOf(error) }),
    )
  }
}

interface RunnerOptions {
  readonly run: SetupFunction
  protocolOf(lane: number): Protocol<AnyRequest> | undefined
  /** Checks the calls of `metric`. The generator thread records their values. */
  readonly metrics: MetricRecorder
  post(order: SetupOrder): void
}

/** In the test's thread: runs the setup for one generator thread. */
export class SetupRunner {
  readonly #options: RunnerOptions
  readonly #answers = new Map<string, PromiseWithResolvers<Answer>>()

  constructor(options: RunnerOptions) {
    this.#options = options
  }

  handle(question: SetupQuestion): void {
    if (question.type === 'setup') return void this.#call(question.call, question.lane, question.number)
    const key = `${question.call} ${question.sent}`
    const waiting = this.#answers.get(key)
    this.#answers.delete(key)
    if (waiting !== undefined) settle(question.reply, waiting)
  }

  async #call(call: number, lane: number, number: number): Promise<void> {
    const { run, protocolOf, metrics, post } = this.#options
    let requests = 0
    const send = (request: AnyRequest): Promise<Answer> => {
      const sent = requests++
      const answer = Promise.withResolvers<Answer>()
      const received = answer.promise.then((each) => answerTo(request, each))
      // A setup that does not await the answer must not leave a rejection unhandled.
      received.catch(() => {})
      try {
        const data = protocolOf(lane)?.asData?.(request) ?? request
        post({ type: 'setup-send', call, sent, request: data })
        this.#answers.set(`${call} ${sent}`, answer)
      } catch (error) {
        answer.reject(noData('a request', error))
      }
      return received
    }
    const receiveMetric: MetricReceiver = (name, value, options) => {
      metrics.record(name, value, options, false)
      const unit = (options as MetricOptions | undefined)?.unit
      post({ type: 'setup-metric', call, name: name as string, value: value as number, unit })
    }
    try {
      const value: unknown = await receivingMetrics(receiveMetric, () => run({ number, send }))
      learnSetup(value)
      this.#done(call, value)
    } catch (error) {
      post({ type: 'setup-done', call, reply: failureOf(error) })
    }
  }

  #done(call: number, value: unknown): void {
    try {
      this.#options.post({ type: 'setup-done', call, reply: { value } })
    } catch (error) {
      throw noData('its result', error)
    }
  }
}

function noData(what: string, cause: unknown): Error {
  return new TypeError(`${what} is passed to the generator thread and must be plain data: ${messageOf(cause)}`, {
    cause,
  })
}

function failureOf(error: unknown): Reply<never> {
  const message = messageOf(error)
  if (error instanceof ConnectError) return { message, errorClass: error.errorClass }
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? { message, code } : { message }
}

function settle<Value>(reply: Reply<Value>, waiting: PromiseWithResolvers<Value>): void {
  if ('value' in reply) return waiting.resolve(reply.value)
  const { message, errorClass, code } = reply
  waiting.reject(
    errorClass === undefined ? Object.assign(new Error(message), { code }) : new ConnectError(errorClass, message),
  )
}
