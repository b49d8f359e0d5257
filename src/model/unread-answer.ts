import type { Answer } from './protocol.ts'

/** The request of a response, as far as it decides what of the response there is. */
interface Asked {
  readonly name?: string
  readonly read?: unknown
}

/**
 * Returns the response to a request of a journey or a setup. Its `text` and its `json` throw, with the remedy, if the
 * request did not `read` them: `undefined` or an empty text would fail later, and say nothing about the cause.
 */
export function answerTo(asked: Asked, answer: Answer): Answer {
  if (asked.read === 'json') return answer
  return asked.read === 'text' ? new TextAnswer(asked, answer) : new UnreadAnswer(asked, answer)
}

class TextAnswer implements Answer {
  declare readonly text: string
  readonly #asked: Asked

  constructor(asked: Asked, answer: Answer) {
    this.#asked = asked
    Object.assign(this, answer)
  }

  get json(): unknown {
    throw notRead(this.#asked, { what: 'json', read: "has read: 'text'", of: TextAnswer.prototype })
  }
}

class UnreadAnswer implements Answer {
  readonly #asked: Asked

  constructor(asked: Asked, answer: Answer) {
    this.#asked = asked
    const { text: _text, json: _json, ...rest } = answer
    Object.assign(this, rest)
  }

  get text(): string {
    throw notRead(this.#asked, { what: 'text', read: 'does not read it', of: UnreadAnswer.prototype })
  }

  get json(): unknown {
    throw notRead(this.#asked, { what: 'json', read: 'does not read it', of: UnreadAnswer.prototype })
  }
}

interface Missing {
  readonly what: 'text' | 'json'
  readonly read: string
  /** The prototype with the getter, which the stack leaves out so that it starts in the code that used the value. */
  readonly of: object
}

function notRead({ name }: Asked, { what, read, of }: Missing): TypeError {
  const response = `the response${name === undefined ? '' : ` to "${name}"`}`
  const error = new TypeError(`${response} has no ${what}, because its request ${read}: write read: '${what}' there`)
  Error.captureStackTrace(error, Object.getOwnPropertyDescriptor(of, what)?.get)
  return error
}
