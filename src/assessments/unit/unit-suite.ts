import { recordVerdict } from '../../hosts/record-book.ts'
import { settleSuite, type SuiteHost, type SuiteContext } from '../suite.ts'
import { type CheckedClaim, claimLine, unitConclusion, unitFindings } from './conclusion.ts'
import { claims } from './claims.ts'
import { startClaimsServer } from './claims-process.ts'

/** Options of `unitSuite`. */
export interface UnitOptions {
  /** Name of the test; default `unit`. */
  readonly name?: string
}

/** Declares the claims, as one load test. */
export type UnitSuite = (options?: UnitOptions) => void

/** Adapts the suite to a host. It checks describe-load itself on this machine, with its own server. */
export function unitSuiteOn({ describeLoad, loadTest }: SuiteHost): UnitSuite {
  return ({ name = 'unit' } = {}) => {
    describeLoad(name, {}, () => {
      loadTest('describe-load works as documented on this machine', async (context) => {
        const checked = await checkAll(context, (soFar) => context.conclude('unit', unitFindings(soFar), name))
        settleSuite({ matcher: 'unitSuite', code: 'ERR_LOAD_UNIT', ...unitConclusion(checked) })
      })
    })
  }
}

/** Checks one claim after the other, because each would disturb the others. */
async function checkAll(
  context: SuiteContext,
  onChecked: (checked: readonly CheckedClaim[]) => void,
): Promise<readonly CheckedClaim[]> {
  const server = await startClaimsServer()
  try {
    const checked: CheckedClaim[] = []
    for (const { text, show } of claims) {
      const phase = `claim ${checked.length + 1} of ${claims.length}`
      const onServer: SuiteContext = {
        ...context,
        load: (plan) => context.load({ target: server.url, monitor: 'off', ...plan }, { phase }),
        startLoad: (plan) => context.startLoad({ target: server.url, monitor: 'off', ...plan }, { phase }),
      }
      await server.ask({ type: 'reset' })
      const claim = { text, ...(await show(onServer, server)) }
      checked.push(claim)
      recordVerdict(claim.result, {
        matcher: 'unitSuite',
        verdict: claim.holds ? 'pass' : 'fail',
        message: claimLine(claim),
      })
      onChecked(checked)
    }
    return checked
  } finally {
    await server.stop()
  }
}
