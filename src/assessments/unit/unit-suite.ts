import { recordVerdict } from '../../hosts/record-book.ts'
import type { Ms, Ratio } from '../../model/units.ts'
import { settleSuite, suiteHost, type SuiteHost, type SuiteContext } from '../suite.ts'
import type { Bench } from './check.ts'
import { groups } from './checks/registry.ts'
import { checkLine } from '../../report/unit-sentences.ts'
import { atLeast, checkOptions } from '../suite-options.ts'
import { type Checked, checkVerdict, unitConclusion, unitFindings } from './conclusion.ts'
import { startUnitServer } from './unit-server-process.ts'

/** Options of `unitSuite`. */
export interface UnitOptions {
  /** Name of the test; default `unit`. */
  readonly name?: string
  /** Length of the runs of patterns, in ms, at least 300; those of other checks follow it. Default 1 000. */
  readonly durationMs?: Ms
}

/** Declares the checks, as one load test. */
export type UnitSuite = (options?: UnitOptions) => void

const DEFAULT_MS: Ms = 1_000
/** Time of a check, relative to the length of the runs of patterns: many checks are shorter. */
const CHECK_SHARE: Ratio = 0.45
/** In a shorter run, requests that are late on any machine are a large share. */
const MIN_MS: Ms = 300

/** Adapts the suite to a host. It checks describe-load itself on this machine, with its own servers. */
export function unitSuiteOn(host: SuiteHost): UnitSuite {
  const { describeLoad, loadTest } = suiteHost(host)
  return ({ name = 'unit', durationMs = DEFAULT_MS } = {}) => {
    describeLoad(name, {}, () => {
      loadTest('describe-load works as documented on this machine', async (context) => {
        checkOptions({ durationMs }, { durationMs: atLeast(MIN_MS) })
        const conclude = (soFar: readonly Checked[]): void => context.conclude('unit', unitFindings(soFar), name)
        const checked = await checkAll(context, durationMs, conclude)
        settleSuite({ matcher: 'unitSuite', code: 'ERR_LOAD_UNIT', ...unitConclusion(checked) })
      })
    })
  }
}

/** Runs one check after the other, because each would disturb the others. */
async function checkAll(
  context: SuiteContext,
  durationMs: Ms,
  onChecked: (checked: readonly Checked[]) => void,
): Promise<readonly Checked[]> {
  await using server = await startUnitServer()
  const checked: Checked[] = []
  const of = groups.reduce((sum, { checks }) => sum + checks.length, 0)
  for (const { area, checks } of groups) {
    for (const check of checks) {
      const { name } = check
      const part = {
        number: checked.length + 1,
        of,
        isExact: true,
        leftMs: (of - 1 - checked.length) * CHECK_SHARE * durationMs,
      }
      // Traces of the slowest requests would be most of the JSON.
      const shared = { target: server.url, monitor: 'off', tracing: 'off' } as const
      const bench: Bench = {
        durationMs,
        server,
        signal: context.signal,
        load: (plan) => context.load({ ...shared, ...plan }, { phase: name, part }),
        startLoad: (plan) => context.startLoad({ ...shared, ...plan }, { phase: name, part }),
      }
      await server.control.reset()
      const observation = await check.observe(bench)
      const done: Checked = { ...observation, area, name, verdict: checkVerdict(check, observation) }
      checked.push(done)
      recordVerdict(done.result, { matcher: 'unitSuite', verdict: done.verdict, message: checkLine(done) })
      onChecked(checked)
    }
  }
  return checked
}
