import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import shop from '../../../fixtures/modules/shop-journey.ts'
import { journey } from '../../plan/steps.ts'
import { expectConservation } from './conservation.conformance.ts'
import { runLoad } from '../index.ts'
import { shopServer } from './shop-server.fixture.ts'

const SHOP = new URL('../../../fixtures/modules/shop-journey.ts', import.meta.url)

describe.each([
  ['a module in two generator threads', SHOP, 'worker'],
  ['a function inline', shop, 'inline'],
] as const)('a journey as %s', (_, steps, mode) => {
  test('logs in, uses its token and logs out at 100/s, with the same counts on both sides', async () => {
    const server = await shopServer()
    const result = await runLoad({ target: server.url, rate: 100, duration: '1s', journey: steps, threads: 2 })
    expect(server.rejected).toEqual([])
    expect(server.accepted).toEqual({ '/login': 100, '/cart': 100, '/logout': 100 })
    expect(server.users.map((user) => Number(user.slice(1))).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 100 }, (__, number) => number),
    )
    expect(result).toMatchObject({ successes: 300, errors: 0, dropped: 0, generator: { mode } })
    expect(result.journeys).toMatchObject({ successes: 100, requestsScheduled: 100, offeredRps: 100, errors: 0 })
    expect(Object.keys(result.operations)).toEqual(['log in', 'cart', 'log out'])
    for (const operation of Object.values(result.operations)) expect(operation.successes).toBe(100)
    // Each journey thinks for at least 25 ms, which counts for the journey and for no request.
    const { journeys } = result
    expect(journeys?.responseTime).toMatchObject({ count: 100 })
    expect(journeys?.responseTime.minMs).toBeGreaterThan(24)
    expect(journeys?.bytesSent).toBe(result.bytesSent)
    expect(journeys?.bytesReceived).toBe(result.bytesReceived)
    if (mode === 'inline') {
      expect(result.generator.doubts).toContainEqual(expect.objectContaining({ reason: 'journey-function' }))
    }
    expectConservation(result)
  })
})

test('ends a journey when a step fails, and counts both by error class', async () => {
  const server = await shopServer({ refuses: (user) => Number(user.slice(1)) % 3 === 0 })
  const result = await runLoad({ target: server.url, rate: 60, duration: '500ms', journey: SHOP })
  expect(result).toMatchObject({ successes: 30 + 20 + 20, errors: 10 })
  expect(result.journeys).toMatchObject({
    requestsScheduled: 30,
    successes: 20,
    errors: 10,
    errorsByClass: { 'http-5xx': { count: 10, first: 'cart: GET /cart → 503 Service Unavailable "no cart"' } },
  })
  expect(server.accepted).toEqual({ '/login': 30, '/cart': 20, '/logout': 20 })
  expectConservation(result)
})

test('gives journeys of the warm-up negative numbers and does not measure them', async () => {
  const server = await shopServer()
  const result = await runLoad({ target: server.url, rate: 40, duration: '500ms', warmUp: '250ms', journey: SHOP })
  expect(result).toMatchObject({ successes: 60, journeys: { successes: 20 } })
  expect(server.accepted['/login']).toBe(30)
  const numbers = server.users.map((user) => Number(user.slice(1)))
  expect(Math.min(...numbers)).toBe(-10)
  expect(server.rejected).toEqual([])
})

test('runs as many journeys at a time as `concurrency` says in the closed model', async () => {
  const server = await shopServer()
  const result = await runLoad({ target: server.url, concurrency: 4, duration: '1s', journey: SHOP })
  expect(result.journeys?.successes).toBe(result.journeys?.requestsScheduled)
  expect(result.successes).toBe(3 * (result.journeys?.successes ?? 0))
  expect(new Set(server.users).size).toBe(server.users.length)
  expect(server.users.length).toBeGreaterThan(8)
  expect(server.rejected).toEqual([])
  expectConservation(result)
})

describe('an invalid journey', () => {
  const rate = { rate: 20, duration: '1s' }

  test('is rejected before any traffic if its module or type is wrong', async () => {
    const server = await shopServer()
    const plan = { ...rate, target: server.url }
    await expect(runLoad({ ...plan, journey: new URL('missing.ts', SHOP) })).rejects.toMatchObject({
      code: 'ERR_LOAD_MODULE',
      message: expect.stringContaining('missing.ts cannot be loaded'),
      cause: expect.any(Error),
    })
    await expect(runLoad({ ...plan, journey: new URL('line-protocol.ts', SHOP) })).rejects.toThrow(
      /line-protocol\.ts must be a generator function, got \{"name":"lines"/,
    )
    await expect(runLoad({ ...plan, journey: (() => {}) as never })).rejects.toMatchObject({ code: 'ERR_LOAD_PLAN' })
    expect(server.users).toEqual([])
  })

  test('is named with the remedy if its package makes it CommonJS', async (context) => {
    const server = await shopServer()
    const folder = mkdtempSync(join(tmpdir(), 'describe-load-journey-'))
    context.onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }')
    writeFileSync(join(folder, 'buy.js'), "import 'node:fs'\nexport default function* () {}\n")
    const module = pathToFileURL(join(folder, 'buy.js'))
    await expect(runLoad({ ...rate, target: server.url, journey: module })).rejects.toMatchObject({
      code: 'ERR_LOAD_MODULE',
      message: expect.stringMatching(/buy\.js cannot be loaded: it is an ES module.*\n.*name the file buy\.mjs$/u),
    })
  })

  test('is the outcome of the step that it does not return, and other journeys continue', async () => {
    const server = await shopServer()
    const result = await runLoad({ ...rate, target: server.url, journey: new URL('broken-journey.ts', SHOP) })
    const first = expect.stringMatching(
      /^journey 2 after step "log in" threw TypeError: .* \(.*broken-journey\.ts:6\)$/,
    )
    const errorsByClass = { 'user-error': { count: 18, first } }
    expect(result).toMatchObject({ ended: 'completed', successes: 20 + 2, errors: 18, errorsByClass })
    expect(result.journeys).toMatchObject({ successes: 2, errors: 18, errorsByClass })
    expectConservation(result)
  })

  test('ends the run if it breaks a rule before it sends anything', async () => {
    const server = await shopServer()
    const wrong = journey(function* ({ send }) {
      yield* send({ name: 'cart', path: 'cart' })
    })
    await expect(runLoad({ ...rate, target: server.url, journey: wrong })).rejects.toThrow(
      "journey step cart.path must be a string that starts with '/'",
    )
  })
})
