import { startCommand, type StartedCommand } from '../measure/monitor/index.ts'
import type { CommandTarget } from '../model/plan.ts'
import { checkTarget } from './target.ts'

/**
 * Starts a `{ command }` target, once it is sure that what it is reached by may be loaded: looking whether it answers is
 * traffic too. Rejects with `LoadTargetError`.
 */
export async function startTarget(
  target: CommandTarget,
  allowHosts: readonly string[],
  log: (text: string) => void,
  signal?: AbortSignal,
): Promise<StartedCommand> {
  for (const url of [target.url, target.readyUrl]) {
    // The port is not known yet, and any stands for it: it is the host that is checked.
    // oxlint-disable-next-line no-await-in-loop -- the first that is refused is the one to tell
    if (url !== undefined) await checkTarget(url.replaceAll('{port}', '1'), allowHosts)
  }
  return startCommand(target, log, signal === undefined ? {} : { signal })
}
