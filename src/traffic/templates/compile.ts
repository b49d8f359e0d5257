import { isRecord } from '../../model/plan-readers.ts'
import { type Evaluate, type Evaluator, evaluatorOf, type Moment, sampleEvaluator } from './evaluate.ts'
import { expressionOf, piecesOf } from './expression.ts'
import type { FeedPicker } from '../feeds/index.ts'
import { bodyPlace, headerPlace, pathPlace, type Place, plainPlace } from './places.ts'

/** A request with templates, made ready once. */
export interface Template<Request> {
  /** It can be rendered only when the connection is known that it goes over. */
  readonly needsSetup: boolean
  /**
   * The request of this position of the schedule; `setup` is what the setup of its connection returned. A new object,
   * which shares with the written one what has no templates. Never throws.
   */
  render(sequence: number, setup?: unknown): Request
}

interface TemplateSources {
  readonly feeds: Readonly<Record<string, FeedPicker>>
  readonly seed: string
  /** The plan's: a content type decides how values are written into a body. */
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * The templates in the texts of a request, at any depth: `{{user.email}}` of a feed, `{{sequence}}`, `{{random.uuid}}`,
 * `{{random.int(1,100)}}`, `{{setup.token}}`. `{{{{` stands for two braces. How a value is written depends on where it
 * goes: see `places.ts`. A text within an object or a list that is one template and nothing else becomes the value
 * itself: a number stays one. Undefined for a request without any.
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

/** The request with a harmless value for each template, for who checks requests before there is a run. */
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
    // A prompt's arguments are texts by MCP's own definition, where a tool's have types.
    ...('prompt' in request && { arguments: text(plainPlace) }),
  }
  const otherwise: Compiler = (value) => (typeof value === 'string' ? text(plainPlace) : values)(value)
  return compileObject(request, (key) => (Object.hasOwn(ofKey, key) ? ofKey[key] : undefined) ?? otherwise)
}

/** Texts at any depth, all of them written alike; `typed` where one that is a template and nothing else keeps its type. */
function textsCompiler(place: Place, typed: boolean, evaluator: Evaluator): Compiler {
  return function compile(value) {
    if (typeof value === 'string') return compileText(value, place, typed, evaluator)
    return compileObject(value, () => compile)
  }
}

/** Objects and lists; undefined where nothing in them has a template. */
function compileObject(value: unknown, compilerOf: (key: string) => Compiler): Evaluate | undefined {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return undefined
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
