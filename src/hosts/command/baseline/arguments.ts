import { parseArgs } from 'node:util'
import { nearestName } from '../../../model/nearest-name.ts'
import { messageOf } from '../../../model/thrown.ts'

const ACTIONS = ['save', 'update', 'show', 'history'] as const

export type Action = (typeof ACTIONS)[number]

/** A command line of `describe-load baseline`. */
export interface AskedBaseline {
  readonly action: Action
  readonly file: string
  readonly runs: number
  readonly test: string
  readonly reports: string
  readonly command: readonly string[]
}

/** Its message says what is wrong with the command line, and the remedy. */
export class Mistake extends Error {}

/** Reads the words after `baseline`. Throws `Mistake`. */
export function readWords(words: readonly string[]): AskedBaseline | 'help' {
  const split = words.indexOf('--')
  const own = split < 0 ? words : words.slice(0, split)
  const { values, positionals } = parsed(own)
  const [action = 'help', file, ...rest] = positionals
  if (values.help === true || action === 'help') return 'help'
  const known = ACTIONS.find((each) => each === action)
  if (known === undefined) {
    const meant = nearestName(action, ACTIONS)
    throw new Mistake(
      `unknown action ${action}${meant === undefined ? '' : `: did you mean ${meant}?`}\n  → describe-load baseline --help`,
    )
  }
  if (rest.length > 0) throw new Mistake(`name one file; unexpected: ${rest.join(' ')}`)
  const runs = Number(values.runs ?? 1)
  if (!Number.isInteger(runs) || runs < 1) {
    throw new Mistake(`--runs must be a whole number greater than 0, got '${values.runs}'`)
  }
  const command = split < 0 ? [] : words.slice(split + 1)
  const isStoring = known === 'save' || known === 'update'
  if (!isStoring && (command.length > 0 || values.runs !== undefined)) {
    throw new Mistake(`baseline ${known} runs no command\n  → describe-load baseline save --runs 5 -- ${EXAMPLE}`)
  }
  if (values.runs !== undefined && command.length === 0) {
    throw new Mistake(
      `--runs needs the command to run\n  → describe-load baseline ${known} --runs ${runs} -- ${EXAMPLE}`,
    )
  }
  return {
    action: known,
    file: file ?? (known === 'history' ? 'load-history.jsonl' : 'baseline.json'),
    runs,
    test: values.test ?? '',
    reports: values.reports ?? (process.env['LOAD_REPORTS_DIR']?.trim() || 'reports'),
    command,
  }
}

/** A command that runs load tests. */
export const EXAMPLE = 'npx vitest run --project load'

function parsed(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      options: {
        runs: { type: 'string' },
        test: { type: 'string' },
        reports: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
      allowPositionals: true,
    })
  } catch (error) {
    throw new Mistake(`${messageOf(error).split('.')[0]}\n  → describe-load baseline --help`)
  }
}
