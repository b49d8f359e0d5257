import type { PlanIssue } from '../../model/errors.ts'
import { flag, isRecord, oneOf, positive, readKeys, text } from '../../model/readers.ts'
import type { Reader } from '../../model/readers.ts'
import { isStandardSchema, type StandardSchema } from '../../model/standard-schema.ts'
import type { McpRequest } from './request.ts'
import { callOf, hasTextAt } from './request-encoding.ts'

const anObject: Reader<object> = (value, key, issues) => {
  if (isRecord(value)) {
    if (isJson(value)) return value
    issues.push({ key, value, rule: 'must be valid JSON, without bigints or circular references' })
    return undefined
  }
  const remedy = `write ${key.slice(key.lastIndexOf('.') + 1)}: { name: 'value' }`
  issues.push({ key, value, rule: 'must be an object', remedy })
  return undefined
}

function isJson(value: object): boolean {
  try {
    JSON.stringify(value)
    return true
  } catch {
    return false
  }
}

const texts: Reader<object> = (value, key, issues) => {
  if (!isRecord(value)) return anObject(value, key, issues)
  for (const [name, content] of Object.entries(value)) {
    if (typeof content === 'string') continue
    const rule = 'must be a string, like every argument of a prompt'
    issues.push({ key: `${key}.${name}`, value: content, rule, remedy: `write ${name}: '${String(content)}'` })
  }
  return value
}

const nonce: Reader<string | false> = (value, key, issues) => {
  if (value === false || (typeof value === 'string' && value !== '')) return value
  issues.push({
    key,
    value,
    rule: 'must be the dotted path of an argument, or false',
    remedy: "write nonce: 'message'",
  })
  return undefined
}

/** Rejects methods that are not requests of a run: notifications get no reply, and the handshake sends `initialize`. */
const method: Reader<string> = (value, key, issues) => {
  if (typeof value !== 'string' || value === '') return text(value, key, issues)
  const rule = refusalOf(value)
  if (rule === undefined) return value
  issues.push({ key, value, rule })
  return undefined
}

function refusalOf(name: string): string | undefined {
  if (name.startsWith('notifications/')) return 'must be a request, because a notification gets no reply'
  if (name === 'initialize') return 'is sent automatically when a connection opens'
  return undefined
}

const schema: Reader<StandardSchema> = (value, key, issues) => {
  if (isStandardSchema(value)) return value
  issues.push({ key, value, rule: 'must be a schema of Zod, Valibot, ArkType or another library of Standard Schema' })
  return undefined
}

const LABEL = { name: text, weight: positive, read: oneOf(['text', 'json']), nonce, check: schema, progress: flag }
const OPERATIONS = {
  tool: { tool: text, arguments: anObject },
  resource: { resource: text },
  prompt: { prompt: text, arguments: texts },
  method: { method, params: anObject },
} as const

type Operation = keyof typeof OPERATIONS

const NAMES = Object.keys(OPERATIONS) as readonly Operation[]
const EVERY_KEY = { ...LABEL, ...OPERATIONS.tool, ...OPERATIONS.resource, ...OPERATIONS.prompt, ...OPERATIONS.method }

/** Returns every issue in an MCP request as its author wrote it. `key`: path of the request in the plan. */
export function requestIssues(request: unknown, key: string): readonly PlanIssue[] {
  const remedy = `write ${key}: { tool: 'echo', arguments: { message: 'hello' } }`
  if (!isRecord(request)) return [{ key, value: request, rule: 'must be an object', remedy }]
  const issues: PlanIssue[] = []
  const given = NAMES.filter((name) => request[name] !== undefined)
  const [operation, another] = given
  const reading = { prefix: `${key}.`, noun: 'a key of an MCP request' }
  if (operation === undefined || another !== undefined) {
    // A misspelt key is a more helpful issue than a missing operation.
    readKeys(EVERY_KEY, request, reading, issues)
    const misspelt = issues.some(({ rule }) => rule === `is not ${reading.noun}`)
    const rule = 'must have exactly one of tool, resource, prompt and method'
    if (operation !== undefined) issues.push({ key, value: request, rule, remedy: `remove ${another}` })
    else if (!misspelt) issues.push({ key, value: request, rule, remedy })
    return issues
  }
  const noun = `a key of an MCP request with \`${operation}\``
  readKeys({ ...LABEL, ...OPERATIONS[operation] }, request, { ...reading, noun }, issues)
  if (issues.length === 0) issues.push(...nonceIssues(request as unknown as McpRequest, key))
  return issues
}

/** The nonce is appended to a text, so its path must lead to one. */
function nonceIssues(request: McpRequest, key: string): readonly PlanIssue[] {
  const { nonce: path } = request
  if (path === undefined || path === false) return []
  const { params } = callOf(request)
  const where = 'tool' in request || 'prompt' in request ? 'arguments' : 'params'
  if (hasTextAt(where === 'arguments' ? params?.['arguments'] : params, path)) return []
  return [{ key: `${key}.nonce`, value: path, rule: `must be the dotted path of a string in \`${where}\`` }]
}
