import { LoadError } from '../../../model/errors.ts'
import { cleanText } from '../../../model/text/clean.ts'
import { stderrColors } from '../../terminal-colors.ts'
import { EXIT, type ExitCode } from '../host.ts'
import { Mistake, readWords } from './arguments.ts'
import { showHistory } from './history.ts'
import { showBaseline } from './show.ts'
import { storeResults } from './store.ts'

const BASELINE_HELP = `describe-load baseline <save|update|show|history> [FILE] [flags] [-- command]

  Keeps the runs that expect(result).toNotRegressFrom('baseline.json') compares new runs with.

  save      adds the results of the newest run of your load tests to FILE (baseline.json)
  update    same, but first removes the stored runs of these tests on this machine: after a change that you accept,
            or with a new plan
  show      prints the stored runs, how much they differ, and what one new run can prove
  history   prints the trend of a file that load({ history: 'load-history.jsonl' }) writes (FILE: load-history.jsonl),
            with the commit of each lasting change

examples:
  describe-load baseline save
  describe-load baseline save --runs 5 -- npx vitest run --project load
  describe-load baseline show

      --runs N        runs the command after -- N times, and stores the results of each (default 1)
      --test TEXT     only tests whose name contains TEXT
      --reports DIR   folder of load_test_results.json (LOAD_REPORTS_DIR; default reports)
  -h, --help

Commit FILE. Four runs on different days are enough for a verdict; 5 to 20 decide better. No test writes FILE.
exit codes: 0 done, 2 usage error, 3 a result was left out`

/** Runs `describe-load baseline …`; returns the exit code. */
export function baselineCommand(words: readonly string[]): ExitCode {
  try {
    const asked = readWords(words)
    if (asked === 'help') {
      process.stdout.write(`${BASELINE_HELP}\n`)
      return EXIT.pass
    }
    if (asked.action === 'show') return showBaseline(asked)
    return asked.action === 'history' ? showHistory(asked) : storeResults(asked, asked.action)
  } catch (error) {
    if (!(error instanceof LoadError) && !(error instanceof Mistake)) throw error
    process.stderr.write(`${stderrColors().red('describe-load:')} ${cleanText(error.message)}\n`)
    return EXIT.usage
  }
}
