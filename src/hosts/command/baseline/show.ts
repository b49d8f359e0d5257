import { resolve } from 'node:path'
import { compareWithStored } from '../../../judge/comparison/stored-interval.ts'
import { differencesBetween } from '../../../judge/comparison/stored-run.ts'
import type { StoredRun } from '../../../model/baseline.ts'
import { formatMsOrNone, formatOrNone, formatPercent, formatPlural } from '../../../wording/figures.ts'
import { shortCommit } from '../../../wording/trend.ts'
import { readBaselineFile } from '../../baseline-source.ts'
import { stdoutColors } from '../../terminal-colors.ts'
import { EXIT, type ExitCode } from '../host.ts'
import { type AskedBaseline, Mistake } from './arguments.ts'
import { say } from './say.ts'

/** Prints the stored runs of each test, and what one new run can prove. */
export function showBaseline({ file, test }: AskedBaseline): ExitCode {
  const baseline = readBaselineFile(resolve(file))
  if (baseline === undefined) {
    throw new Mistake(`${file} does not exist\n  → run your load tests, then describe-load baseline save`)
  }
  const tests = Object.entries(baseline.tests).filter(([name]) => name.includes(test))
  if (tests.length === 0) say(`${file} has no runs${test === '' ? '' : ` of a test whose name contains "${test}"`}`)
  for (const [name, runs] of tests) {
    say(stdoutColors().bold(name))
    for (const group of groupsOf(runs)) showGroup(group)
  }
  return EXIT.pass
}

/** Groups runs that are comparable with each other. */
function groupsOf<Run extends Pick<StoredRun, 'environment' | 'plan'>>(
  runs: readonly Run[],
): readonly (readonly Run[])[] {
  const groups: Run[][] = []
  for (const run of runs) {
    const group = groups.find(([first]) => first !== undefined && differencesBetween(first, run).length === 0)
    if (group === undefined) groups.push([run])
    else group.push(run)
  }
  return groups
}

function showGroup(runs: readonly StoredRun[]): void {
  const [first] = runs
  if (first === undefined) return
  const { environment: machine, plan } = first
  say(
    `  ${machine.cpus} × ${machine.cpu ?? 'unknown CPU'}, ${machine.os}, Node.js ${machine.node}, describe-load ${machine.describeLoad ?? 'unknown'}`,
  )
  say(`  ${plan.request}, ${plan.pattern}, ${plan.durationMs / 1_000} s`)
  say(
    `  ${'started'.padEnd(20)} ${'commit'.padEnd(9)}${['p50 ms', 'p95 ms', 'p99 ms', 'mean ms', 'errors'].map((head) => head.padStart(9)).join('')}`,
  )
  for (const { startedAt, environment, responseTime, errorRate } of runs) {
    const figures = [responseTime.p50Ms, responseTime.p95Ms, responseTime.p99Ms, responseTime.meanMs]
    say(
      `  ${startedAt.slice(0, 16).replace('T', ' ').padEnd(20)} ${shortCommit(environment.commit).padEnd(9)}` +
        [...figures.map(formatMsOrNone), formatPercent(errorRate)].map((text) => text.padStart(9)).join(''),
    )
  }
  for (const name of ['p50', 'p95', 'mean'] as const) say(`  ${name.padEnd(5)} ${scatterLine(runs, name)}\n`.trimEnd())
  say('')
}

/** Says how much runs differ, and what one new run on another day can prove. */
function scatterLine(runs: readonly StoredRun[], name: 'p50' | 'p95' | 'mean'): string {
  const values = runs.flatMap(({ responseTime, startedAt }) => {
    const value = responseTime[`${name}Ms`]
    return value === undefined || value <= 0 ? [] : [{ value, startMs: Date.parse(startedAt) }]
  })
  const [newest] = values.slice(-1)
  if (newest === undefined || values.length < 2) return 'one run does not show how much runs differ'
  const nextDay = { value: newest.value, startMs: newest.startMs + DAY_MS }
  const { scatter, provable, sessions } = compareWithStored(values, [nextDay], QUESTION)
  const proof =
    provable === undefined
      ? ''
      : `; with a tolerance of ${formatPercent(QUESTION.tolerance)}, one new run on another day proves a rise of more than ${formatPercent(provable)}`
  return `varies by ${formatOrNone(scatter, formatPercent)} in ${formatPlural(sessions, 'session')}${proof}`
}

const DAY_MS = 86_400_000
/** The defaults of `toNotRegressFrom`. */
const QUESTION = { tolerance: 0.1, confidence: 0.98 }
