import type { StartOptions } from '../../src/hosts/port.ts'
import type { LoadResult } from '../../src/model/result.ts'
import type { SuiteHost } from '../../src/assessments/suite.ts'

/** How long the runs of one phase took, with everything around them. */
export interface PhaseTime {
  readonly phase: string
  /** Length of the run in its plan, with the warm-up. */
  readonly plannedMs: number
  readonly ms: number
}

/** Returns a host that measures the loads of a suite, in the order of their end. */
export function timed(host: SuiteHost, phases: PhaseTime[]): SuiteHost {
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
