import type { PlanFault } from '../../model/errors.ts'
import { flag, oneOf, readKeys, text, wholeFrom } from '../../model/readers.ts'
import type { Reader } from '../../model/readers.ts'
import type { McpOptions } from './options.ts'
import { MCP_VERSIONS } from './versions.ts'

const subprotocols: Reader<readonly string[]> = (value, key, faults) => {
  // RFC 6455, 4.1: each is an HTTP token, and no two are equal.
  const isToken = (name: unknown): boolean => typeof name === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(name)
  if (Array.isArray(value) && value.every(isToken) && new Set(value).size === value.length) return value
  const remedy = "write subprotocols: ['mcp']"
  faults.push({ key, value, rule: 'must be a list of distinct names without spaces or commas', remedy })
  return undefined
}

const READERS = {
  protocolVersion: oneOf(['auto', ...MCP_VERSIONS]),
  health: text,
  trailingNewline: flag,
  subprotocols,
  maxInFlight: wholeFrom(1, 100_000),
  listen: flag,
} satisfies Readonly<Record<keyof McpOptions, Reader<unknown>>>

/** Returns every issue in the options of `mcp({ … })`. `key`: path of the options in the plan. */
export function optionFaults(options: Readonly<Record<string, unknown>>, key: string): readonly PlanFault[] {
  const faults: PlanFault[] = []
  readKeys(READERS, options, { prefix: `${key}.`, noun: 'an option of mcp' }, faults)
  return faults
}
