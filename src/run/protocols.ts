import { LoadError } from '../model/errors.ts'
import type { CustomProtocol } from '../model/custom-protocol.ts'
import type { ResolvedProtocol } from '../plan/resolved-plan.ts'
import type { Protocol } from '../model/protocol.ts'
import type { AnyRequest } from '../model/requests.ts'
import { protocolFrom } from '../protocols/index.ts'
import { customProtocol } from '../protocols/custom.ts'
import { importDefault } from './user-modules.ts'

/** Returns a protocol that needs no module to be loaded; undefined for one that does. */
export function knownProtocol(resolved: ResolvedProtocol): Protocol<AnyRequest> | undefined {
  switch (resolved.from) {
    case 'shipped':
      return protocolFrom(resolved.spec) as Protocol<AnyRequest>
    case 'object':
      return customProtocol(resolved.protocol)
    case 'module':
      return undefined
  }
}

/** Loads the protocol of a lane. Rejects with `LoadError` (`ERR_LOAD_MODULE`) if its module is not a protocol. */
export async function loadProtocol(resolved: ResolvedProtocol): Promise<Protocol<AnyRequest>> {
  if (resolved.from !== 'module') return knownProtocol(resolved) as Protocol<AnyRequest>
  const loaded = await importDefault(resolved.href)
  if (!isCustomProtocol(loaded)) {
    throw new LoadError(
      'ERR_LOAD_MODULE',
      `the default export of ${resolved.href} is not a protocol\n    → export default { name: 'mine', connect(target, context) { … } }`,
    )
  }
  return customProtocol(loaded)
}

function isCustomProtocol(value: unknown): value is CustomProtocol {
  return (
    typeof value === 'object' &&
    value !== null &&
    'connect' in value &&
    typeof value.connect === 'function' &&
    'name' in value &&
    typeof value.name === 'string'
  )
}
