import type { LoadContext } from '../../hosts/port.ts'
import { recordVerdict } from '../../hosts/record-book.ts'
import type { LoadResult } from '../../model/result.ts'
import { settleSuite, type SuiteHost, worstOf } from '../suite.ts'
import { claims } from './claims.ts'
import { startClaimsServer } from './claims-process.ts'

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
      loadTest('describe-load works as documented on this machine', (context) => showAll(context, name))
    })
  }
}

async function showAll(context: LoadContext, name: string): Promise<void> {
  const server = await startClaimsServer()
  const lines: string[] = []
  const failed: string[] = []
  let deciding: LoadResult | undefined
  try {
    const here: LoadContext = {
      ...context,
      load: (plan) => context.load({ target: server.url, monitor: 'off', ...plan }),
      startLoad: (plan, options) => context.startLoad({ target: server.url, monitor: 'off', ...plan }, options),
    }
    for (const { text, show } of claims) {
      await server.ask({ type: 'reset' })
      const { holds, observed, result } = await show(here, server)
      const verdict = holds ? 'pass' : 'fail'
      recordVerdict(result, { matcher: 'unitSuite', verdict, message: `${text}: ${observed}` })
      lines.push(`${verdict}: ${text}: ${observed}`)
      if (!holds) failed.push(text)
      if (deciding === undefined || (!holds && failed.length === 1)) deciding = result
      context.conclude('unit', { claims: lines.length, failed: [...failed] }, name)
    }
  } finally {
    await server.stop()
  }
  const held = claims.length - failed.length
  settleSuite({
    matcher: 'unitSuite',
    verdict: worstOf(failed.length === 0 ? ['pass'] : ['fail']),
    message: `${held} of ${claims.length} claims hold on this machine.`,
    lines,
    result: deciding,
    code: 'ERR_LOAD_UNIT',
  })
}
