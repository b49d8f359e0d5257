import { debugLog } from '../hosts/debug-log.ts'
import { isCommand, type Target } from '../model/target.ts'
import type { WrittenPlan } from '../plan/load-plan.ts'
import { PROTOCOL_NAMES, type ProtocolName } from '../protocols/index.ts'
import { callTargets } from '../run/target/called-targets.ts'
import { startTarget } from '../run/target/started-target.ts'
import type { SuiteTargets } from './suite-targets.ts'

/** The targets of a suite, ready for all of its loads. */
export interface StartedTargets {
  readonly targets: SuiteTargets
  /** Ends the servers that were started. */
  stop(): Promise<void>
}

/**
 * Starts each target that is a command, and calls each function once, so that all loads of a suite go to the same
 * server. Rejects with `LoadTargetError` if one cannot be started.
 */
export async function startTargets(
  targets: SuiteTargets,
  { allowHosts = [] }: Pick<WrittenPlan, 'allowHosts'>,
  signal: AbortSignal,
): Promise<StartedTargets> {
  const started: Partial<Record<ProtocolName, Target>> = {}
  const stops: (() => Promise<void>)[] = []
  const stop = async (): Promise<void> => {
    await Promise.all(stops.map((each) => each()))
  }
  try {
    for (const protocol of PROTOCOL_NAMES) {
      const target = targets[protocol]
      if (target === undefined) continue
      if (isCommand(target)) {
        const server = await startTarget(target, allowHosts, debugLog, { protocol, signal })
        stops.push(() => server.stop())
        started[protocol] = server.url
      } else started[protocol] = (await callTargets({ target })).target ?? target
    }
  } catch (error) {
    await stop()
    throw error
  }
  return { targets: started, stop }
}
