import { NOT_SHOWN } from './errors.ts'
import { ownValue } from './own-value.ts'
import { type Reader, readEach, withRemedy } from './readers.ts'

/** A token (RFC 9110, 5.6.2), such as the name of a header. */
export const HTTP_TOKEN: RegExp = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/**
 * Characters that a header value must not contain: control characters other than tab, and everything beyond Latin-1.
 */
// oxlint-disable-next-line no-control-regex -- the expression searches for control characters
const NOT_IN_HEADER = /[\0-\x08\x0A-\x1F\x7F]|[^\0-\xFF]/

/**
 * Headers that determine the framing of a message, with remedies: they follow from the body and from the plan's
 * `connection`.
 */
const FRAMING: Readonly<Record<string, string>> = {
  'content-length': 'leave it out: it follows from the body',
  'transfer-encoding': 'leave it out: bodies are sent with content-length',
  connection: "leave it out, and write connection: 'short-lived' or 'long-lived' in the plan",
  'keep-alive': "leave it out, and write connection: 'long-lived' in the plan",
  upgrade: 'leave it out: an HTTP request cannot change the protocol',
  expect: 'leave it out: bodies are sent immediately',
}

/** Reads headers by name. An issue never shows their values, because they contain tokens. */
export const readHeaders: Reader<Readonly<Record<string, string>>> = (value, key, issues) =>
  readEach(value, key, issues, (held, heldKey, name) => {
    const before = issues.length
    const instead = ownValue(FRAMING, name.toLowerCase())
    if (instead !== undefined) {
      issues.push({ key: heldKey, value: NOT_SHOWN, rule: 'must not be set by hand', remedy: instead })
    }
    if (!HTTP_TOKEN.test(name)) issues.push({ key: heldKey, value: name, rule: 'must be a header name' })
    if (typeof held !== 'string') {
      const meant = typeof held === 'number' ? `write '${held}'` : undefined
      issues.push({
        key: heldKey,
        value: typeof held === 'number' ? held : NOT_SHOWN,
        rule: 'must be a string',
        ...withRemedy(meant),
      })
    } else if (NOT_IN_HEADER.test(held)) {
      const fix = /^[^\r\n]*[\r\n]+$/.test(held) ? 'it ends with a line break: trim() it' : undefined
      issues.push({ key: heldKey, value: NOT_SHOWN, rule: 'must be one line of Latin-1 text', ...withRemedy(fix) })
    }
    return issues.length === before
  })
