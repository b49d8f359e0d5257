/** Runs a suite in a script, as the command does. */
import type { StartOptions } from '../../src/hosts/port.ts'
import { CommandHost, type ExitCode } from '../../src/hosts/command/host.ts'
import type { LoadResult } from '../../src/model/result.ts'
import type { LoadRecord } from '../../src/model/record.ts'
import type { SuiteHost } from '../../src/assessments/suite.ts'

/** How long the runs of one phase took, with everything around them. */
export interface PhaseTime {
  readonly phase: string
  /** Length of the run in its plan, with the warm-up. */
  readonly plannedMs: number
  readonly ms: number
}

export interface SuiteRun {
  readonly code: ExitCode
  readonly record: LoadRecord | undefined
  readonly tookMs: number
  /** In order of their start. */
  readonly phases: readonly PhaseTime[]
}

/** `variables` replace the environment of the suite. What the suite prints goes to stderr. */
export async function runSuite(
  declare: (host: SuiteHost) => void,
  variables: Readonly<Record<string, string>> = {},
): Promise<SuiteRun> {
  const phases: PhaseTime[] = []
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  const screen = { say, start: say, live() {} }
  const host = new CommandHost(screen, new AbortController().signal, (error) => error)
  Object.assign(process.env, variables)
  const log = console.log
  const startMs = performance.now()
  try {
    console.log = say
    declare(timed(host, phases))
    const code = await host.run()
    return { code, record: host.loads[0]?.record, tookMs: performance.now() - startMs, phases }
  } finally {
    console.log = log
    for (const name of Object.keys(variables)) delete process.env[name]
  }
}

/** Measures the loads of a suite. */
function timed(host: SuiteHost, phases: PhaseTime[]): SuiteHost {
  return {
    describeLoad: host.describeLoad,
    loadTest: Object.assign(
      (name: string, body: Parameters<SuiteHost['loadTest']>[1]) =>
        host.loadTest(name, (context) => {
          const keep = ({ plan }: LoadResult, { phase = 'unnamed' }: StartOptions, startMs: number): void => {
            const plannedMs = plan.durationMs + plan.warmUpMs
            phases.push({ phase, plannedMs, ms: performance.now() - startMs })
          }
          return body({
            ...context,
            async load(plan, options = {}) {
              const startMs = performance.now()
              const result = await context.load(plan, options)
              keep(result, options, startMs)
              return result
            },
            async startLoad(plan, options = {}) {
              const startMs = performance.now()
              const run = await context.startLoad(plan, options)
              void run.result.then((result) => keep(result, options, startMs))
              return run
            },
          })
        }),
      { skip: host.loadTest.skip },
    ),
  }
}
