import { LoadError, LoadPlanError, LoadUserCodeError, type PlanIssue, formatValue } from '../../model/errors.ts'
import type { JourneyContext, JourneyFunction, JourneyYield, StepAnswer } from '../../model/journey.ts'
import { describeThrown } from '../../model/thrown.ts'
import type { AnyRequest } from '../../model/requests.ts'
import { isRecord } from '../../model/readers.ts'
import { answerTo } from '../../model/unread-answer.ts'
import type { Answer } from '../../model/protocol.ts'
import type { Random } from '../../model/pattern.ts'
import type { Ms } from '../../model/units.ts'
import { randomFrom } from '../arrivals/random.ts'
import type { JourneySteps, Step } from './journey-steps.ts'
import type { UserAgent } from './user-agent.ts'

const CODE = 'ERR_LOAD_JOURNEY'

export interface JourneyMakerOptions {
  readonly journey: JourneyFunction
  readonly seed: string
  /** `false` skips the think time; default true. */
  readonly thinks?: boolean
  /** Returns every issue of a step's request; `key` is its name in the messages. */
  issuesOf(request: unknown, key: string): readonly PlanIssue[]
  /** Creates the user agent of one journey; absent if the protocol needs none. */
  userAgent?(): UserAgent
}

/** The response that a step receives if the protocol kept none. */
const NOTHING: StepAnswer = Object.freeze({ text: '' })

/** Returns a factory that creates the steps of a journey by its number, from the user's generator function. */
export function journeyMaker(options: JourneyMakerOptions): (number: number) => JourneySteps<AnyRequest> {
  return (number) => new MadeJourney(options, number)
}

class MadeJourney implements JourneySteps<AnyRequest> {
  readonly #options: JourneyMakerOptions
  readonly #number: number
  readonly #userAgent: UserAgent | undefined
  #steps: Generator<JourneyYield, void, StepAnswer> | undefined
  /** Number of steps sent. */
  #sent = 0
  #operation: string | undefined
  /** `read` of the last step, as its author wrote it. */
  #read: unknown

  constructor(options: JourneyMakerOptions, number: number) {
    this.#options = options
    this.#number = number
    this.#userAgent = options.userAgent?.()
  }

  next(answer: Answer | undefined): Step<AnyRequest> | undefined {
    if (answer !== undefined) this.#userAgent?.handle(answer)
    let thinkMs = 0
    let random: Random | undefined
    const first = this.#operation === undefined ? NOTHING : this.#answerTo(answer ?? NOTHING)
    for (let reported = first; ; reported = NOTHING) {
      const given = this.#resume(reported)
      if (given === undefined) {
        if (this.#sent > 0) return undefined
        throw journeyError(`journey ${this.#number} sent nothing`, 'write yield* send({ … }), with the asterisk')
      }
      if (given.kind === 'send') return this.#step(given.request, thinkMs)
      if (this.#options.thinks === false) continue
      random ??= randomFrom(this.#options.seed, 'think', this.#number, this.#sent)
      thinkMs += given.fromMs + random.next() * (given.toMs - given.fromMs)
    }
  }

  #answerTo(answer: Answer): StepAnswer {
    return answerTo({ read: this.#read, ...(this.#operation !== undefined && { name: this.#operation }) }, answer)
  }

  /** Returns what the user's code yields next; undefined once it has returned. */
  #resume(reported: StepAnswer): JourneyYield | undefined {
    let given: IteratorResult<unknown, unknown>
    try {
      this.#steps ??= this.#options.journey({ number: this.#number, send, think })
      given = this.#steps.next(reported)
    } catch (error) {
      throw thrownBy(error, this.#number, this.#operation)
    }
    if (given.done === true) return undefined
    if (isJourneyYield(given.value)) return given.value
    throw journeyError(
      `journey ${this.#number} yielded ${formatValue(given.value)}`,
      'write yield* send({ … }) or yield* think(1_000), with the asterisk',
    )
  }

  #step(request: AnyRequest, thinkMs: Ms): Step<AnyRequest> {
    this.#sent++
    try {
      const payload = this.#userAgent?.send(request) ?? request
      const { name = `step ${this.#sent}`, read }: Partial<AnyRequest> = isRecord(request) ? request : {}
      const issues = this.#options.issuesOf(payload, `journey step ${name}`)
      if (issues.length > 0) throw new LoadPlanError(issues)
      this.#operation = name
      this.#read = read
      return { operation: name, payload, thinkMs }
    } catch (error) {
      // The request may have getters, and they may throw.
      throw thrownBy(error, this.#number, this.#operation)
    }
  }
}

function* send(request: AnyRequest): ReturnType<JourneyContext['send']> {
  return yield { kind: 'send', request }
}

function* think(fromMs: Ms, toMs: Ms = fromMs): ReturnType<JourneyContext['think']> {
  if (!(fromMs >= 0 && toMs >= fromMs && toMs < Number.POSITIVE_INFINITY)) {
    const rule = 'must be a time in ms, or a range whose end is not less than its start'
    throw new LoadPlanError([{ key: 'think', value: [fromMs, toMs], rule }])
  }
  yield { kind: 'think', fromMs, toMs }
}

function isJourneyYield(value: unknown): value is JourneyYield {
  return (
    typeof value === 'object' && value !== null && 'kind' in value && (value.kind === 'send' || value.kind === 'think')
  )
}

/** Creates an error for a journey that breaks a rule. */
function journeyError(what: string, remedy: string): LoadError {
  return new LoadError(CODE, `${what}\n    → ${remedy}`)
}

/** Wraps an error thrown by a journey and adds where it was thrown. A `LoadError` is returned unchanged. */
function thrownBy(cause: unknown, number: number, afterStep: string | undefined): LoadError {
  if (cause instanceof LoadError) return cause
  const where = `journey ${number} ${afterStep === undefined ? 'before its first step' : `after step "${afterStep}"`}`
  const { text, stack } = describeThrown(cause)
  const frames = framesOf(stack)
  const error = new LoadUserCodeError(CODE, `${where} threw ${text}${placeOf(frames)}`, { cause })
  if (frames !== '') error.stack = `${error.name} [${CODE}]: ${error.message}\n${frames}`
  return error
}

/** Returns " (file:line)" of the first frame. */
function placeOf(frames: string): string {
  const [, place] = /(?:file:\/\/)?(\/[^():]+:\d+):\d+\)?$/m.exec(frames.split('\n', 1)[0]?.slice(0, 1_000) ?? '') ?? []
  return place === undefined ? '' : ` (${place})`
}

/**
 * The cause does not survive the transfer to another thread, but the stack does, so it must contain the user's own
 * lines.
 */
function framesOf(stack: string): string {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n')
}
