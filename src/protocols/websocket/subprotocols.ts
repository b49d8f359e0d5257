import { HTTP_TOKEN } from '../../model/header-readers.ts'
import type { Reader } from '../../model/readers.ts'

/**
 * Reads a list of subprotocols (RFC 6455, 4.1): each is an HTTP token, and no two are equal. `example`: a usual one.
 */
export function subprotocolsReader(example: string): Reader<readonly string[]> {
  return (value, key, issues) => {
    if (Array.isArray(value) && value.every(isToken) && new Set(value).size === value.length) return value
    const remedy = `write subprotocols: ['${typeof value === 'string' ? value : example}']`
    issues.push({ key, value, rule: 'must be a list of distinct names without spaces or commas', remedy })
    return undefined
  }
}

function isToken(value: unknown): value is string {
  return typeof value === 'string' && HTTP_TOKEN.test(value)
}
