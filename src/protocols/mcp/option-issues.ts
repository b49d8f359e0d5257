import type { PlanIssue } from '../../model/errors.ts'
import { flag, oneOf, readKeys, text, wholeFrom } from '../../model/readers.ts'
import type { Reader } from '../../model/readers.ts'
import type { McpOptions } from './options.ts'
import { MCP_VERSIONS } from './versions.ts'

const subprotocols: Reader<readonly string[]> = (value, key, issues) => {
  // RFC 6455, 4.1: each is an HTTP token, and no two are equal.
  const isToken = (name: unknown): boolean => typeof name === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(name)
  if (Array.isArray(value) && value.every(isToken) && new Set(value).size === value.length) return value
  const remedy = "write subprotocols: ['mcp']"
  issues.push({ key, value, rule: 'must be a list of distinct names without spaces or commas', remedy })
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
export function optionIssues(options: Readonly<Record<string, unknown>>, key: string): readonly PlanIssue[] {
  const issues: PlanIssue[] = []
  readKeys(READERS, options, { prefix: `${key}.`, noun: 'an option of mcp' }, issues)
  return issues
}
