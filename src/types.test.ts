/** Tests what an editor offers, shows and rejects, with TypeScript's own language server. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { matchers } from './judge/matchers/index.ts'
import { LanguageServer, type Offer } from './language-server.fixture.ts'
import { PROTOCOL_NAMES } from './protocols/index.ts'
import { PATTERN_NAMES } from './traffic/patterns/index.ts'

const IMPORTS = `import { load } from 'describe-load/plugin'
import * as all from 'describe-load/vitest'
import { expect, loadTest, describeLoad, mix, runLoad } from 'describe-load/vitest'
declare const result: all.LoadResult
declare const mine: all.CustomProtocol
declare const base: all.LoadPlan
`

/** The type of the requests of each protocol. */
const REQUEST_TYPES: Readonly<Record<(typeof PROTOCOL_NAMES)[number], string>> = {
  http: 'HttpRequest',
  mcp: 'McpRequest',
  tcp: 'TcpRequest',
  websocket: 'WebSocketRequest',
}

let server: LanguageServer
beforeAll(async () => {
  server = new LanguageServer()
  await server.open()
})
afterAll(async () => server[Symbol.asyncDispose]())

function offers(code: string): Promise<readonly Offer[]> {
  return server.offers(IMPORTS + code)
}

async function names(code: string): Promise<readonly string[]> {
  return (await offers(code)).map(({ name }) => name).toSorted()
}

describe('completion of requests offers exactly the keys of the protocol', () => {
  test.each(PROTOCOL_NAMES)('%s', async (name) => {
    const expected = await names(`const request: all.${REQUEST_TYPES[name]} = { | }`)
    expect(expected).toEqual(
      expect.arrayContaining(['name', 'weight', name === 'http' ? 'path' : name === 'mcp' ? 'tool' : 'data']),
    )
    expect(await names(`loadTest('a', { protocol: '${name}', request: { | } }, () => {})`)).toEqual(expected)
    expect(await names(`loadTest('a', { protocol: '${name}', workload: { buy: { | } } }, () => {})`)).toEqual(expected)
  })

  test('of any protocol, where the plan names none', async () => {
    const each = await Promise.all(PROTOCOL_NAMES.map((name) => names(`const a: all.${REQUEST_TYPES[name]} = { | }`)))
    expect(await names("loadTest('a', { request: { | } }, () => {})")).toEqual([...new Set(each.flat())].toSorted())
  })
})

describe('an editor shows a text for', () => {
  /** Places at which an editor completes names of this package. */
  const PLACES: Readonly<Record<string, string>> = {
    'plan keys': "loadTest('a', { | }, () => {})",
    'keys of a mix entry': "mix([{ protocol: 'http', | }])",
    'plugin options': 'load({ | })',
    'keys of a result': 'result.|',
    'keys of a distribution': 'result.responseTime.|',
    'keys of a phase': "result.phases['a']!.|",
    'keys of an interval': 'result.intervals[0]!.|',
    'keys of `generator`': 'result.generator.|',
    'keys of `target`': 'result.target.|',
    'keys of the plan in a result': 'result.plan.|',
    'keys of `sla`': "loadTest('a', { sla: { | } }, () => {})",
    'keys of `abortOn`': "loadTest('a', { abortOn: { | } }, () => {})",
    'keys of `comparison`': "loadTest('a', { comparison: { | } }, () => {})",
    'keys of a ref': 'const against: all.RefTarget = { | }',
    'keys of `reconnect`': "loadTest('a', { reconnect: { | } }, () => {})",
    'keys of `tls`': "loadTest('a', { tls: { | } }, () => {})",
    'keys of a feed': "loadTest('a', { feeds: { user: { | } } }, () => {})",
    'keys of a command': 'const target: all.CommandTarget = { | }',
    'keys of a server over pipes': 'const target: all.StdioTarget = { | }',
    'keys of `check`': "loadTest('a', { protocol: 'http', request: { check: { | } } }, () => {})",
    'options of matchers': 'expect(result).toHaveP95Below(250, { | })',
    'a judgement': 'all.judge(result).toHaveP95Below(250).|',
    'the context of a test': "loadTest('a', {}, (context: all.ResultContext) => { context.| })",
    'the context of a journey': 'all.journey(function* (context) { context.| })',
    ...Object.fromEntries(
      ['limits', 'capacity', 'mcpStress', 'protocols', 'scenarios', 'unit'].map((name) => [
        `options of ${name}Suite`,
        `all.${name}Suite({ | })`,
      ]),
    ),
    ...Object.fromEntries(['tcp', 'websocket', 'mcp'].map((name) => [`options of ${name}()`, `all.${name}({ | })`])),
    ...Object.fromEntries(
      PATTERN_NAMES.map((name) => {
        const builder = name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
        return [`options of ${builder}()`, `all.${builder}({ | })`]
      }),
    ),
    ...Object.fromEntries(
      PROTOCOL_NAMES.map((name) => [`keys of requests of ${name}`, `const a: all.${REQUEST_TYPES[name]} = { | }`]),
    ),
  }

  test.each(Object.entries(PLACES))('%s', async (_, code) => {
    const found = await offers(code)
    expect(found.length).toBeGreaterThan(0)
    expect(found.filter(({ documentation }) => documentation === '').map(({ name }) => name)).toEqual([])
  })

  test.each(['expect(result).|', 'all.judge(result).|', 'all.judge(result).not.|'])(
    'each matcher of %s',
    async (code) => {
      const found = new Map((await offers(code)).map(({ name, documentation }) => [name, documentation]))
      for (const name of Object.keys(matchers)) expect(found.get(name), name).toMatch(/^Asserts that/)
    },
  )
})

test('misspelt keys and wrong types are errors that name them', async () => {
  const mistakes: readonly (readonly [code: string, message: string])[] = [
    ["loadTest('a', { request: { pth: '/' } }, () => {})", "'pth' does not exist"],
    ["loadTest('a', { protocol: 'http', request: { name: 'a', metod: 'PUT' } }, () => {})", "'metod' does not exist"],
    ["loadTest('a', { protocol: 'tcp', request: { path: '/' } }, () => {})", "'path' does not exist"],
    [
      "loadTest('a', { protocol: all.tcp({ framing: 'newline' }), request: { path: '/' } }, () => {})",
      "'path' does not exist",
    ],
    ["loadTest('a', { request: [{ path: '/', wight: 3 }] }, () => {})", "'wight' does not exist"],
    ["loadTest('a', { workload: { buy: { pth: '/' } } }, () => {})", "'pth' does not exist"],
    ["loadTest('a', { workload: mix([{ request: { pth: '/' } }]) }, () => {})", "'pth' does not exist"],
    ["loadTest('a', { setup: async ({ send }) => send({ pth: '/' }) }, () => {})", "'pth' does not exist"],
    [
      "loadTest('a', { protocol: 'http', request: { check: { bodyInclude: 'a' } } }, () => {})",
      "'bodyInclude' does not exist",
    ],
    [
      "loadTest('a', { protocol: 'http', request: { path: 3 } }, () => {})",
      "Type 'number' is not assignable to type 'string'",
    ],
    ["loadTest('a', { duratoin: '5s' }, () => {})", "'duratoin' does not exist"],
    ["describeLoad('a', { request: { pth: '/' } }, () => {})", "'pth' does not exist"],
    ["await runLoad({ target: 'http://127.0.0.1', request: { pth: '/' } })", "'pth' does not exist"],
    ["loadTest('a', async ({ load }) => void (await load({ request: { pth: '/' } })))", "'pth' does not exist"],
    ["all.limitsSuite({ request: { pth: '/' } })", "'pth' does not exist"],
    [
      "loadTest('a', { ...base, ...base, duratoin: '5s' }, () => {})",
      "Type 'string' is not assignable to type 'never'",
    ],
    ["loadTest('a', { ...base, ...base, rate: '5' }, () => {})", "Type 'string' is not assignable to type 'never'"],
    ["all.journey(function* ({ send }) { yield* send({ pth: '/' }) })", "'pth' does not exist"],
  ]
  const errors = await server.errors(IMPORTS + mistakes.map(([code]) => code).join('\n'))
  const first = IMPORTS.split('\n').length - 1
  for (const [index, [code, message]] of mistakes.entries()) expect(errors.get(first + index), code).toContain(message)
})
