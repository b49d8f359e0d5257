import type { PlanIssue } from '../model/errors.ts'
import { isRecord, readKeys, text } from '../model/readers.ts'

/** Describes messages that are never a response, such as a push or a greeting. */
export interface Ignore {
  /** Matches a message that contains this text, decoded as UTF-8. */
  readonly bodyIncludes: string
}

/** Keys of every protocol that matches responses by their order. */
export interface MatchedByOrder {
  /**
   * Messages that are never a response, by one or several rules. From this request on, they are not matched to a
   * request of its connection; the result counts them as `unsolicited`. Without it, a message that arrives while a
   * request is in flight counts as its response.
   */
  readonly ignore?: Ignore | readonly Ignore[]
}

const EXAMPLE = '{ bodyIncludes: \'"type":"tick"\' }'

/** Reads the `ignore` option of a request: one rule or a list of rules. */
export function readIgnore(value: unknown, key: string, issues: PlanIssue[]): true | undefined {
  const before = issues.length
  if (Array.isArray(value) && value.length > 0) value.forEach((each, i) => readRule(each, `${key}[${i}]`, issues))
  else readRule(value, key, issues)
  return issues.length === before ? true : undefined
}

function readRule(value: unknown, key: string, issues: PlanIssue[]): void {
  if (!isRecord(value)) {
    issues.push({ key, value, rule: 'must be an object', remedy: `write ${key}: ${EXAMPLE}` })
    return
  }
  const { bodyIncludes } = value
  readKeys({ bodyIncludes: text }, value, { prefix: `${key}.`, noun: 'a key of `ignore`' }, issues)
  if (bodyIncludes === undefined) {
    issues.push({
      key: `${key}.bodyIncludes`,
      value: undefined,
      rule: 'is required',
      remedy: `write ${key}: ${EXAMPLE}`,
    })
  }
}

/** Returns the texts in a request's `ignore` option. */
export function ignoredTexts(ignore: Ignore | readonly Ignore[] | undefined): readonly string[] {
  return ignore === undefined ? [] : [ignore].flat().map(({ bodyIncludes }) => bodyIncludes)
}

/** Messages that the requests on a connection declare never to be responses. */
export class IgnoredMessages {
  readonly #texts = new Map<string, Buffer>()

  /** Whether at least one text is known, so that a message can match. */
  get any(): boolean {
    return this.#texts.size > 0
  }

  /** Adds texts. Returns true when at least one of them is new. */
  learn(texts: readonly string[]): boolean {
    const before = this.#texts.size
    for (const each of texts) if (!this.#texts.has(each)) this.#texts.set(each, Buffer.from(each))
    return this.#texts.size > before
  }

  matches(message: Buffer): boolean {
    for (const bytes of this.#texts.values()) if (message.includes(bytes)) return true
    return false
  }
}
