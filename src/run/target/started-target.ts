import { startCommand, type StartedCommand } from '../../measure/monitor/index.ts'
import type { CommandTarget } from '../../model/target.ts'
import type { HostAddress } from './allowed-hosts.ts'
import { checkTarget } from './check-target.ts'
import { completeTarget } from '../../plan/target.ts'
import { schemeVocabulary } from '../vocabulary.ts'

/**
 * Starts a `{ command }` target, whose plan may name its `protocol`, after checking that its URLs may be loaded,
 * because readiness checks are traffic too. Rejects with `LoadTargetError`.
 */
export async function startTarget(
  target: CommandTarget,
  allowHosts: readonly string[],
  log: (text: string) => void,
  { protocol, signal }: { readonly protocol?: string | undefined; readonly signal?: AbortSignal } = {},
): Promise<StartedCommand> {
  const checked = new Map<string, readonly HostAddress[]>()
  const { url: written, readyUrl } = target
  const complete = {
    ...target,
    url: completeTarget(written, schemeVocabulary, protocol),
    ...(readyUrl !== undefined && { readyUrl: completeTarget(readyUrl, schemeVocabulary, undefined) }),
  }
  for (const each of [complete.url, complete.readyUrl]) {
    if (each === undefined) continue
    // Only the host is checked, so any port number will do before the real one is known. The plan was checked already,
    // so an unknown scheme is that of a custom protocol.
    const { url, addresses } = await checkTarget(each.replaceAll('{port}', '1'), allowHosts, 'custom')
    checked.set(url.hostname, addresses)
  }
  return startCommand(complete, log, { addresses: checked, ...(signal !== undefined && { signal }) })
}
