import type { MissingOperations, OperationName } from '../model/suite-operations.ts'
import { formatList } from './figures.ts'
import { optionWords } from './option-words.ts'

const HTTP: Readonly<Record<OperationName, object>> = {
  read: { path: '/items' },
  write: { method: 'POST', path: '/items' },
  stream: { path: '/events', stream: 'sse' },
  batch: { method: 'POST', path: '/items/batch' },
}
const MESSAGES: Readonly<Record<OperationName, object>> = {
  read: { data: 'get' },
  write: { data: 'set' },
  stream: { data: 'subscribe', replies: 10 },
  batch: { data: 'get get get' },
}
const EXAMPLES: Readonly<Record<string, Readonly<Record<OperationName, object>>>> = {
  http: HTTP,
  websocket: MESSAGES,
  tcp: MESSAGES,
  mcp: {
    read: { tool: 'get_item' },
    write: { tool: 'set_item' },
    stream: { tool: 'report', progress: true },
    batch: { tool: 'get_items' },
  },
}

/** Says which requests are unknown, and how to give them. */
export function missingSentence({ protocol, operations }: MissingOperations): string {
  const examples = EXAMPLES[protocol] ?? HTTP
  const given = JSON.stringify({
    [protocol]: Object.fromEntries(operations.map((operation) => [operation, examples[operation]])),
  })
  const remedy = optionWords({
    plan: `set the option \`operations\`, or LOAD_OPERATIONS='${given}'`,
    command: `use --operations '${given}' (or LOAD_OPERATIONS)`,
  })
  const verb = operations.length === 1 ? 'is' : 'are'
  return `no request for ${formatList(operations)} ${verb} known over ${protocol}: ${remedy}`
}
