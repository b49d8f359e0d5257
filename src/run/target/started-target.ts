import { startCommand, type StartedCommand } from '../../measure/monitor/index.ts'
import type { CommandTarget } from '../../model/target.ts'
import type { HostAddress } from './allowed-hosts.ts'
import { checkTarget } from './check-target.ts'

/**
 * Starts a `{ command }` target after checking that its URLs may be loaded, because readiness checks are traffic too.
 * Rejects with `LoadTargetError`.
 */
export async function startTarget(
  target: CommandTarget,
  allowHosts: readonly string[],
  log: (text: string) => void,
  signal?: AbortSignal,
): Promise<StartedCommand> {
  const checked = new Map<string, readonly HostAddress[]>()
  for (const each of [target.url, target.readyUrl]) {
    if (each === undefined) continue
    // Only the host is checked, so any port number will do before the real one is known.
    const { url, addresses } = await checkTarget(each.replaceAll('{port}', '1'), allowHosts)
    checked.set(url.hostname, addresses)
  }
  return startCommand(target, log, { addresses: checked, ...(signal !== undefined && { signal }) })
}
