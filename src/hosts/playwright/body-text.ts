/** Source code of a function that needs no fixtures but those of describe-load. */
export const NO_FIXTURES = '({ loadAttempt }) => {}'

/** The start of a function whose first parameter is an object pattern. */
const PATTERN = /^(?:async\b\s*)?(?:function\b[^({]*|[\w$]+\s*)?\(\s*\{/

/**
 * Returns the source code of a function that names the fixtures of `body` and those of describe-load. A body that names
 * none, because it takes the whole context, needs none.
 */
export function bodyText(body: (...given: never[]) => unknown): string {
  const text = body.toString()
  const start = PATTERN.exec(text)?.[0]
  return start === undefined ? NO_FIXTURES : `${start} loadAttempt,${text.slice(start.length)}`
}
