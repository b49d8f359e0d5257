import type { PlanFault } from '../../model/errors.ts'
import { flag, oneOf, readKeys, text, wholeFrom } from '../../model/plan-readers.ts'
import type { Reader } from '../../model/plan-readers.ts'
import type { McpOptions } from './options.ts'
import { MCP_VERSIONS } from './versions.ts'

const subprotocols: Reader<readonly string[]> = (value, key, faults) => {
  // RFC 6455, 4.1: each is a token of HTTP, and another one.
  const isToken = (name: unknown): boolean => typeof name === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(name)
  if (Array.isArray(value) && value.every(isToken) && new Set(value).size === value.length) return value
  const remedy = "write subprotocols: ['mcp']"
  faults.push({ key, value, rule: 'must be a list of names without blanks, each once', remedy })
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

/** Everything wrong with the options of `mcp({ … })`; `key` is where they stand in the plan. */
export function optionFaults(options: Readonly<Record<string, unknown>>, key: string): readonly PlanFault[] {
  const faults: PlanFault[] = []
  readKeys(READERS, options, { prefix: `${key}.`, noun: 'an option of mcp' }, faults)
  return faults
}
