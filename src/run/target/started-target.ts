import { startCommand, type StartedCommand } from '../../measure/monitor/index.ts'
import type { CommandTarget } from '../../model/target.ts'
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
  for (const url of [target.url, target.readyUrl]) {
    // Only the host is checked, so any port number will do before the real one is known.
    if (url !== undefined) await checkTarget(url.replaceAll('{port}', '1'), allowHosts)
  }
  return startCommand(target, log, signal === undefined ? {} : { signal })
}
