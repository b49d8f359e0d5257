import { ownValue } from '../../model/own-value.ts'
import { isRecord } from '../../model/readers.ts'
import { isStandardSchema } from '../../model/standard-schema.ts'
import { type Evaluate, type Evaluator, evaluatorOf, type Moment, sampleEvaluator } from './evaluate.ts'
import { expressionOf, piecesOf } from './expression.ts'
import type { FeedPicker } from '../feeds/index.ts'
import { bodyPlace, headerPlace, pathPlace, type Place, plainPlace } from './places.ts'

/** A request with templates, compiled once. */
export interface Template<Request> {
  /** True if rendering requires the setup result of the connection. */
  readonly needsSetup: boolean
  /**
   * Renders the request of this position of the schedule; `setup` is the return value of the setup of its connection.
   * Returns a new object, which shares the parts without templates with the original. Never throws.
   */
  render(sequence: number, setup?: unknown): Request
}

interface TemplateSources {
  readonly feeds: Readonly<Record<string, FeedPicker>>
  readonly seed: string
  /** Headers of the plan: their content type determines how values are written into a body. */
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * Compiles the templates in the strings of a request, at any depth: `{{user.email}}` of a feed, `{{sequence}}`,
 * `{{random.uuid}}`, `{{random.int(1,100)}}`, `{{setup.token}}`. `{{{{` gives two literal braces. The position of a
 * value determines how it is written: see `places.ts`. A string within an object or an array that consists of one
 * template becomes the value itself, so a number stays a number. Returns undefined for a request without templates.
 */
export function compileTemplate<Request extends object>(
  request: Request,
  { feeds, seed, headers = {} }: TemplateSources,
): Template<Request> | undefined {
  const evaluator = evaluatorOf(feeds, seed)
  let needsSetup = false
  const render = compileRequest(request, headers, (expression) => {
    if (expression.kind === 'setup') needsSetup = true
    return evaluator(expression)
  })
  return (
    render && {
      needsSetup,
      render: (sequence, setup) => render({ sequence, setup, random: undefined }) as Request,
    }
  )
}

/** Returns the request with a harmless value for each template, to check it before the run. */
export function sampleOf(request: unknown): unknown {
  const render = isRecord(request) ? compileRequest(request, {}, sampleEvaluator) : undefined
  return render === undefined ? request : render({ sequence: 0, setup: undefined, random: undefined })
}

type Compiler = (value: unknown) => Evaluate | undefined

function compileRequest(
  request: object,
  planHeaders: Readonly<Record<string, string>>,
  evaluator: Evaluator,
): Evaluate | undefined {
  const text = (place: Place): Compiler => textsCompiler(place, false, evaluator)
  const values = textsCompiler(plainPlace, true, evaluator)
  const headers = 'headers' in request && isRecord(request.headers) ? request.headers : {}
  const body = text(bodyPlace(contentTypeOf({ ...lowerCased(planHeaders), ...lowerCased(headers) })))
  const ofKey: Readonly<Record<string, Compiler>> = {
    path: text(pathPlace),
    headers: text(headerPlace),
    body: (value) => (typeof value === 'string' ? body : values)(value),
    data: body,
    check: (value) => compileObject(value, (key) => (key === 'json' ? values : text(plainPlace))),
    // MCP defines the arguments of a prompt as strings, whereas those of a tool have types.
    ...('prompt' in request && { arguments: text(plainPlace) }),
  }
  const otherwise: Compiler = (value) => (typeof value === 'string' ? text(plainPlace) : values)(value)
  return compileObject(request, (key) => ownValue(ofKey, key) ?? otherwise)
}

/**
 * Compiles strings at any depth with one writer. If `typed`, a string that consists of one template keeps the type of
 * its value.
 */
function textsCompiler(place: Place, typed: boolean, evaluator: Evaluator): Compiler {
  return function compile(value) {
    if (typeof value === 'string') return compileText(value, place, typed, evaluator)
    return compileObject(value, () => compile)
  }
}

/** Compiles objects and arrays; returns undefined if they contain no template. */
function compileObject(value: unknown, compilerOf: (key: string) => Compiler): Evaluate | undefined {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return undefined
  // A schema is code, and a copy of it would not work.
  if (isStandardSchema(value)) return undefined
  const changing = Object.entries(value).flatMap(([key, held]) => {
    const render = compilerOf(key)(held)
    return render === undefined ? [] : [[key, render] as const]
  })
  if (changing.length === 0) return undefined
  return (moment: Moment) => {
    const rendered = (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as Record<string, unknown>
    for (const [key, render] of changing) rendered[key] = render(moment)
    return rendered
  }
}

function compileText(text: string, place: Place, typed: boolean, evaluator: Evaluator): Evaluate | undefined {
  const pieces = piecesOf(text)
  if (pieces === undefined) return undefined
  const [first, ...after] = pieces.literals
  const evaluates = pieces.holes.map((hole) => {
    const expression = expressionOf(hole)
    return expression === undefined ? (): unknown => undefined : evaluator(expression)
  })
  const [only] = evaluates
  if (typed && only !== undefined && evaluates.length === 1 && first === '' && after[0] === '') return only
  const writers = place(pieces)
  const parts = evaluates.map((evaluate, index) => ({
    evaluate,
    write: writers[index] ?? String,
    after: after[index] ?? '',
  }))
  return (moment) => {
    let rendered = first
    for (const part of parts) rendered += part.write(part.evaluate(moment)) + part.after
    return rendered
  }
}

function contentTypeOf(headers: Readonly<Record<string, unknown>>): string {
  const type = headers['content-type']
  return typeof type === 'string' ? type : ''
}

function lowerCased(headers: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}
