import { parseArgs } from 'node:util'
import { nearestName } from '../../model/nearest-name.ts'

/** What a command line requests. */
export type Asked =
  | { readonly kind: 'help'; readonly suite: string | undefined }
  | { readonly kind: 'version' }
  | { readonly kind: 'mistake'; readonly message: string }
  | { readonly kind: 'run'; readonly suites: readonly string[]; readonly env: Readonly<Record<string, string>> }

const OPTIONS = {
  target: { type: 'string', short: 't' },
  duration: { type: 'string', short: 'd' },
  rate: { type: 'string', short: 'r' },
  threads: { type: 'string', short: 'p' },
  trace: { type: 'boolean' },
  'no-trace': { type: 'boolean' },
  output: { type: 'string', short: 'o' },
  verbose: { type: 'boolean', short: 'v' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const

/** Parses a command line. Flags set the corresponding environment variables and take precedence over them. */
export function readArguments(words: readonly string[], known: readonly string[]): Asked {
  const split = words.indexOf('--')
  const own = split < 0 ? words : words.slice(0, split)
  const command = split < 0 ? undefined : words.slice(split + 1)
  let parsed
  try {
    parsed = parseArgs({ args: [...own], options: OPTIONS, allowPositionals: true, strict: true })
  } catch (error) {
    return mistake(error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error))
  }
  const { values, positionals } = parsed
  const [suite, ...more] = positionals
  if (values.version === true) return { kind: 'version' }
  if (values.help === true || suite === undefined) {
    return suite === undefined && values.help !== true
      ? mistake(`name a suite: ${known.join(', ')} or all`)
      : { kind: 'help', suite }
  }
  if (more.length > 0) return mistake(`name one suite, or all; unexpected: ${more.join(' ')}`)
  if (suite !== 'all' && !known.includes(suite)) {
    const meant = nearestName(suite, [...known, 'all'])
    return mistake(
      `unknown suite ${suite}${meant === undefined ? `, expected one of: ${known.join(', ')}, all` : `: did you mean ${meant}?`}`,
    )
  }
  if (command !== undefined && values.target !== undefined) {
    return mistake('use either -t or a command after --, not both')
  }
  if (command?.length === 0) return mistake('the command of an MCP server is missing after --')
  if (values.trace === true && values['no-trace'] === true) return mistake('use either --trace or --no-trace, not both')
  for (const [flag, name] of [
    ['duration', '-d'],
    ['rate', '-r'],
    ['threads', '-p'],
  ] as const) {
    const value = values[flag]
    if (value !== undefined && !(Number(value) > 0))
      return mistake(`${name} must be a number greater than 0, got ${value}`)
  }
  if (values.threads !== undefined && !Number.isInteger(Number(values.threads))) {
    return mistake(`-p must be a whole number, got ${values.threads}`)
  }
  return { kind: 'run', suites: suite === 'all' ? known : [suite], env: environmentOf(values, command) }
}

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>['values']

function environmentOf(values: Values, command: readonly string[] | undefined): Record<string, string> {
  const { target, duration, rate, threads, trace, output, verbose } = values
  return {
    ...(target !== undefined && { LOAD_TARGET: target }),
    ...(command !== undefined && { LOAD_TARGET: JSON.stringify(command) }),
    ...(duration !== undefined && { LOAD_DURATION: duration }),
    ...(rate !== undefined && { LOAD_RATE: rate }),
    ...(threads !== undefined && { LOAD_THREADS: threads }),
    ...(trace === true && { LOAD_TRACE: 'all' }),
    ...(values['no-trace'] === true && { LOAD_TRACE: 'off' }),
    ...(output !== undefined && { LOAD_REPORTS_DIR: output }),
    ...(verbose === true && { LOAD_LOG: 'debug' }),
  }
}

function mistake(message: string): Asked {
  return { kind: 'mistake', message }
}
