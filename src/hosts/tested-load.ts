import { relative, sep } from 'node:path'
import type { LoadRecord } from '../model/record.ts'
import type { SourcePlace } from '../model/verdict.ts'
import type { TestedLoad } from '../report/run-records.ts'
import { shellWord } from './shell-word.ts'

/** The command that runs the file of a test, and the option of the host that runs only the tests whose names match. */
interface Rerun {
  readonly command: string
  readonly filter: '-t' | '-g'
  /** The name as the host compares it with the filter, or the end of it. */
  readonly name: string
  readonly isEnd?: boolean
}

/** What a host knows about a load test that has ended. */
export interface EndedTest {
  /** Full name, for people: `shop > cart`. */
  readonly test: string
  /** Absolute path of its file. */
  readonly file: string
  readonly rerun: Rerun
  readonly outcome: Pick<TestedLoad, 'state' | 'durationMs'>
  readonly record: LoadRecord
}

/** Returns an ended load test for the reports, with paths relative to `root`. */
export function testedLoad({ test, file, rerun, outcome, record }: EndedTest, root: string): TestedLoad {
  const path = pathIn(root, file)
  return {
    test,
    file: path,
    ...outcome,
    rerun: rerunCommand(rerun, path, record),
    record: { ...record, verdicts: record.verdicts.map((verdict) => ({ ...verdict, ...placeIn(root, verdict.at) })) },
  }
}

function placeIn(root: string, at: SourcePlace | undefined): { readonly at?: SourcePlace } {
  return at === undefined ? {} : { at: { ...at, file: pathIn(root, at.file) } }
}

function pathIn(root: string, file: string): string {
  return relative(root, file).replaceAll(sep, '/')
}

/** The filter of the host is a regular expression. */
function rerunCommand({ command, filter, name, isEnd = false }: Rerun, file: string, { results }: LoadRecord): string {
  const pattern = name.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
  const [first] = results
  const seed = first === undefined ? '' : `LOAD_SEED=${shellWord(first.seed)} `
  return `${seed}${command} ${shellWord(file)} ${filter} ${shellWord(`${isEnd ? '' : '^'}${pattern}$`)}`
}
