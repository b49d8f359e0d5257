import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { LoadResult } from '../../model/result.ts'
import type { CustomPlan } from '../../plan/load-plan.ts'
import { runLoad } from '../index.ts'
import { expectConservation } from './conservation.conformance.ts'

const PROTOCOL = new URL('../../../fixtures/modules/failing-protocol.ts', import.meta.url)
const JOURNEY = new URL('../../../fixtures/modules/exiting-journey.ts', import.meta.url)

function planWith(fails: string): CustomPlan {
  return {
    target: 'failing://127.0.0.1',
    protocol: PROTOCOL,
    rate: 100,
    duration: '600ms',
    requestTimeout: '1s',
    request: { name: 'op', fails },
  }
}

describe(
  'code of the user that fails outside of a call ends the run and keeps its result:',
  { concurrent: true },
  () => {
    test.each([
      ['exit 5', /failing-protocol\.ts:\d+ ended its thread: process\.exit\(5\)$/, 1],
      ['exit with an endless listener', /failing-protocol\.ts:\d+ ended its thread: process\.exit\(0\)$/, 1],
      ['exit without listeners', /failing-protocol\.ts runs in a generator thread, and ended its thread$/, 1],
      ['late throw', /failing-protocol\.ts:\d+ threw outside of a call of the generator: TypeError: late$/, 1],
      ['rejection', /left a rejection unhandled: Error: unhandled$/, 1],
      ['socket error', /threw outside of a call of the generator: Error: connect ECONNREFUSED/, 1],
      ['endless loop', /kept its thread busy for more than 5 s: it may contain an endless loop$/, 20],
    ])('%s', async (fails, reason, userErrors) => {
      const result = await runLoad(planWith(fails))
      expect(result.ended).toBe('interrupted')
      expect(result.endedBecause).toMatch(reason)
      expect(result.generator.doubts).toContainEqual(
        expect.objectContaining({ code: 'user-code-failed', reason: result.endedBecause }),
      )
      expect(result.errorsByClass['user-error']?.count).toBeGreaterThanOrEqual(userErrors)
      expect(result.requestsScheduled).toBeGreaterThan(30)
      expectConservation(result)
    })

    test('a journey that ends its thread', async () => {
      const server = createServer((_, response) => response.end('ok')).listen(0, '127.0.0.1')
      await once(server, 'listening')
      onTestFinished(() => void server.close())
      const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const result = await runLoad({ target, journey: JOURNEY, rate: 50, duration: '1s' })
      expect(result.endedBecause).toMatch(/exiting-journey\.ts:6 ended its thread: process\.exit\(0\)$/)
      expect(result).toMatchObject({
        ended: 'interrupted',
        errorsByClass: { 'user-error': { count: expect.any(Number) } },
      })
      expect(result.journeys?.errorsByClass['user-error']?.count).toBe(result.errorsByClass['user-error']?.count)
      expectConservation(result)
    })

    test('a thread that uses up its memory', async () => {
      const script = `
      const { runLoad } = await import(process.argv[1])
      console.log(JSON.stringify(await runLoad({ ...JSON.parse(process.argv[2]), protocol: new URL(process.argv[3]) })))
    `
      const index = new URL('../../index.ts', import.meta.url).href
      const child = spawn(
        process.execPath,
        [
          '--max-old-space-size=100',
          '--input-type=module',
          '--eval',
          script,
          index,
          JSON.stringify(planWith('memory blow-up')),
          PROTOCOL.href,
        ],
        {
          stdio: ['ignore', 'pipe', 'ignore'],
          env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] },
        },
      )
      onTestFinished(() => void child.kill('SIGKILL'))
      const result = JSON.parse((await text(child.stdout)).trim()) as LoadResult
      expect(result.endedBecause).toMatch(
        /failing-protocol\.ts runs in a generator thread, and its thread used up its memory$/,
      )
      expect(result.errorsByClass['user-error']?.count).toBeGreaterThan(0)
      expectConservation(result)
    })
  },
)

describe.concurrent('a call into code of the user that fails is the outcome of its request:', () => {
  test.each([
    ['throw', { 'user-error': { count: 1, first: 'op → exchange threw: oh' } }],
    ['throw a symbol', { 'user-error': { count: 1, first: 'op → exchange threw: Symbol(oh)' } }],
    ['rejecting thenable', { 'user-error': { count: 1, first: 'op → exchange threw: oh' } }],
    ['outcome with a getter', { 'user-error': { count: 1, first: 'op → reading the outcome of onDone threw: oh' } }],
    [
      'message that cannot cross',
      { protocol: { count: 1, first: 'op → message must be a string, got function message' } },
    ],
  ])('%s', async (fails, errorsByClass) => {
    const result = await runLoad(planWith(fails))
    expect(result).toMatchObject({ ended: 'completed', successes: 59, errorsByClass })
    expectConservation(result)
  })
})
