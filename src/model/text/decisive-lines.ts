/**
 * Returns the lines of a program's output that say why it ended: the message of its last error, and the first place in
 * its own code. The stack traces around them hide both. Returns none if the output has no line that looks like an
 * error. Knows the forms of Node.js, Python, Java, .NET, Ruby, Go, Rust and npm.
 */
export function decisiveLines(output: string): readonly string[] {
  const lines = output.split('\n').map((line) => line.trimEnd())
  const at = lastError(lines)
  const line = at === undefined ? undefined : lines[at]
  if (at === undefined || line === undefined) return []
  const message = /^thread '.*' panicked at /.test(line) ? [line, ...lines.slice(at + 1, at + 2)] : [line]
  const place = placeBelow(lines, at) ?? placeAbove(lines, at)
  const cause = causeBelow(lines, at)
  return [...message, ...(place === undefined ? [] : [`  ${place}`]), ...(cause === undefined ? [] : [cause])].map(
    (shown) => (shown.length > MAX_CHARACTERS ? `${shown.slice(0, MAX_CHARACTERS - 1)}…` : shown),
  )
}

const MAX_CHARACTERS = 300

/**
 * `TypeError: …`, `Error [ERR_X]: …`, `java.net.BindException: …`, `KeyError: …`; alone on its line, or with a prefix.
 */
const NAMED_ERROR =
  /^(?:Uncaught |Unhandled exception\. |Exception in thread "[^"]*" |Caused by: )?(?:[\w$]+[.:/])*[\w$]*(?:Error|Exception)(?: \[\w+\])?(?::|$)/

const PANIC = /^(?:panic: |fatal error: |thread '.*' panicked at )/
/** `app.rb:1:in 'require': cannot load such file -- x (LoadError)`. */
const RUBY_ERROR = /^\S+:\d+:in .*\(\w+(?:Error|Exception)\)$/
const NPM_ERROR = /^npm (?:error|ERR!) (?!code |errno |path |command |A complete log)\S/
/** A line of a log: `[12:00:01] ERROR: …`. */
const LOGGED_ERROR = /\b(?:ERROR|FATAL|CRITICAL|Error|Fatal|error|fatal)\b\]?:/

/** Returns the index of the line with the message of the last error. */
function lastError(lines: readonly string[]): number | undefined {
  const named = lines.findLastIndex(
    (line, index) => NAMED_ERROR.test(line) || RUBY_ERROR.test(line) || PANIC.test(line) || endsTraceback(lines, index),
  )
  if (named >= 0) return named
  // The first of npm's lines names the mistake; the others explain it.
  const npm = lines.findIndex((line) => NPM_ERROR.test(line))
  if (npm >= 0) return npm
  const logged = lines.findLastIndex((line) => LOGGED_ERROR.test(line))
  return logged >= 0 ? logged : undefined
}

/** Python: the first line after a traceback that is not indented. */
function endsTraceback(lines: readonly string[], index: number): boolean {
  if (!/^\w/.test(lines[index] ?? '') || !/^\s+\S/.test(lines[index - 1] ?? '')) return false
  const start = lines.findLastIndex((line, before) => before < index && /^\S/.test(line))
  return lines[start] === 'Traceback (most recent call last):'
}

const FRAME = /^\s+at (.+)$/
/** Frames of runtimes and of installed packages. */
const FOREIGN_FRAME = /node:|node_modules|^(?:java|jdk|javax|sun|com\.sun|kotlin|System|Microsoft)\.|<anonymous>\)?$/

function placeBelow(lines: readonly string[], at: number): string | undefined {
  for (const line of lines.slice(at + 1)) {
    const frame = FRAME.exec(line)?.[1]
    if (frame !== undefined && !FOREIGN_FRAME.test(frame)) return `at ${frame.replace(/ \{$/, '')}`
  }
  return undefined
}

/** Python prints the place above the message. */
function placeAbove(lines: readonly string[], at: number): string | undefined {
  const isPlace = (line: string): boolean => /^\s+File "/.test(line)
  if (!isPlace(lines[at - 1] ?? '') && !isPlace(lines[at - 2] ?? '') && !isPlace(lines[at - 3] ?? '')) return undefined
  const place = lines.slice(0, at).findLast((line) => isPlace(line) && !/site-packages|<frozen /.test(line))
  return place?.trim()
}

/** Node.js prints the cause of an error below its frames. */
function causeBelow(lines: readonly string[], at: number): string | undefined {
  return lines
    .slice(at + 1)
    .findLast((line) => /^\s+\[cause\]: /.test(line))
    ?.trim()
    .replace(/ \{$/, '')
}
