import { debugLog } from '../hosts/debug-log.ts'
import { type CommandTarget, isCommand, type SharedTarget, type Target } from '../model/target.ts'
import type { WrittenPlan } from '../plan/load-plan.ts'
import { PROTOCOL_NAMES, type ProtocolName } from '../protocols/index.ts'
import { callTargets } from '../run/target/called-targets.ts'
import { startTarget } from '../run/target/started-target.ts'
import type { SuiteTargets } from './suite-targets.ts'

/**
 * Runs `body` with targets that send all loads of a suite to the same servers, and ends these afterwards: a command is
 * started once, by the first load that needs it, and a function is called once. Rejects with `LoadTargetError` if a
 * function throws.
 */
export async function withStartedTargets(
  targets: SuiteTargets,
  plan: Pick<WrittenPlan, 'allowHosts'>,
  signal: AbortSignal,
  body: (targets: SuiteTargets) => Promise<void>,
): Promise<void> {
  const started: Partial<Record<ProtocolName, Target>> = {}
  const servers: StartedOnce[] = []
  for (const protocol of PROTOCOL_NAMES) {
    const target = targets[protocol]
    if (target === undefined) continue
    if (isCommand(target)) {
      const server = startedOnce(target, { ...plan, protocol, signal })
      servers.push(server)
      started[protocol] = server.target
    } else started[protocol] = (await callTargets({ target })).target ?? target
  }
  try {
    await body(started)
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
  }
}

interface StartedOnce {
  readonly target: SharedTarget
  stop(): Promise<void>
}

/** A load starts its target when it has the machine for itself, so that no other one is disturbed. */
function startedOnce(
  written: CommandTarget,
  {
    allowHosts = [],
    ...options
  }: Pick<WrittenPlan, 'allowHosts'> & { readonly protocol: ProtocolName; readonly signal: AbortSignal },
): StartedOnce {
  let starting: ReturnType<typeof startTarget> | undefined
  const open = async (): Promise<string> => {
    starting ??= startTarget(written, allowHosts, debugLog, options)
    return (await starting).url
  }
  return {
    target: Object.assign(open, { written }),
    async stop() {
      // A server that did not start was already reported to the load that needed it.
      const server = await starting?.catch(() => undefined)
      await server?.stop()
    },
  }
}
