import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { batchTexts } from '../../model/batch-times.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { metric } from '../../measure/metric.ts'
import { journey, type SetupContext } from '../../plan/steps.ts'
import { runLoad, startLoad } from '../index.ts'

const MEASURING = new URL('../../../fixtures/modules/measuring-journey.ts', import.meta.url)

/** Responds with a text of 7 characters, or with a stream of three events that are 20 ms apart. */
const server = createServer((request, response) => {
  if (request.url !== '/events') return response.end('seven 7')
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  let sent = 0
  const send = (): void => {
    response.write(`data: ${sent}\n\n`)
    if (++sent < 3) setTimeout(send, 20)
    else response.end()
  }
  send()
})
let target = ''

beforeAll(async () => {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => void server.close())

test('a journey in generator threads records metrics, but not in the warm-up', async () => {
  const run = startLoad({ target, rate: 100, duration: '500ms', warmUp: '200ms', threads: 2, journey: MEASURING })
  const result = await run.result
  expect(result).toMatchObject({ errors: 0, generator: { mode: 'worker', threads: 2 } })
  expect(result.metrics['answer_size']).toMatchObject({ unit: 'characters', count: 50, min: 7, p99: 7, max: 7 })
  expect(result.metrics['number']).toMatchObject({ unit: '', count: 50, min: 0, max: 49, mean: 24.5 })
  expect(run.metrics().metrics).toEqual(result.metrics)
})

test('a run whose setup failed leaves nothing that takes the metrics of the next run', async () => {
  const plan = { target, rate: 50, duration: 200, threads: 1 }
  const refused = (): never => {
    throw new Error('no account')
  }
  await expect(runLoad({ ...plan, setup: refused })).rejects.toThrow('no account')
  const result = await runLoad({ ...plan, journey: MEASURING })
  expect(result.errorsByClass).toEqual({})
  expect(result.metrics['answer_size']).toMatchObject({ count: 10 })
})

test('functions in the thread of the test record metrics: checks, setups and journeys', async () => {
  const checked = await runLoad({
    target,
    rate: 50,
    duration: '300ms',
    maxConnections: 1,
    setup: ({ number }) => metric('setups', number),
    request: {
      check: ({ body }) => {
        metric('size', body.length, { unit: 'characters' })
        return true
      },
    },
  })
  expect(checked).toMatchObject({ successes: 15, generator: { mode: 'inline' } })
  expect(checked.metrics).toMatchObject({ size: { count: 15, p50: 7 }, setups: { count: 1, max: 0 } })
  expect(() => metric('size', 7)).toThrow(/where no load runs/)
})

test('a setup function records metrics of a run in generator threads', async () => {
  const plan = { target, rate: 40, duration: '250ms', threads: 2, maxConnections: 4, connection: 'long-lived' } as const
  const setup = async ({ number, send }: SetupContext): Promise<void> => {
    await send({ path: '/login' })
    metric('login_number', number, { unit: 'logins' })
  }
  const result = await runLoad({ ...plan, setup })
  expect(result).toMatchObject({ errors: 0, generator: { mode: 'worker', threads: 2 } })
  expect(result.metrics['login_number']).toMatchObject({ unit: 'logins', count: 4, min: 0, max: 3, mean: 1.5 })
  expect(() => metric('login_number', 1)).toThrow(/where no load runs/)
})

test('two runs with setup functions at the same time keep their metrics apart', async () => {
  const run = async (value: number): Promise<number | undefined> => {
    const setup = async ({ send }: SetupContext): Promise<void> => {
      await send({ path: '/login' })
      metric('value', value)
    }
    const { metrics } = await runLoad({ target, rate: 40, duration: '250ms', threads: 1, maxConnections: 1, setup })
    return metrics['value']?.mean
  }
  expect(await Promise.all([run(1), run(2)])).toEqual([1, 2])
})

test.each([
  ['a value', () => metric('size', -1), "the value of metric('size', …) must be a number from 0 to 1e12, got -1"],
  ['a name that is a function', () => metric((() => {}) as never, 1), 'the name of a metric must be'],
])('an invalid call in a setup function fails its connection: %s', async (_, setup, why) => {
  const plan = { target, rate: 40, duration: '250ms', threads: 1 }
  await expect(runLoad({ ...plan, setup })).rejects.toThrow(`the setup of the connection failed: ${why}`)
})

test('an invalid value is the outcome of the request or journey that recorded it', async () => {
  const plan = { target, rate: 40, duration: '250ms' }
  const check = (): boolean => {
    metric('size', Number.NaN)
    return true
  }
  const checked = await runLoad({ ...plan, request: { check } })
  expect(checked).toMatchObject({ ended: 'completed', errors: 10, metrics: {} })
  expect(checked.errorsByClass.check?.first).toContain("the value of metric('size', …) must be a number from 0 to 1e12")

  const steps = journey(function* ({ number, send }) {
    yield* send({})
    metric('size', number === 3 ? -1 : 1)
  })
  const walked = await runLoad({ ...plan, journey: steps })
  expect(walked).toMatchObject({ ended: 'completed', journeys: { successes: 9, errors: 1 } })
  expect(walked.errorsByClass['user-error']?.first).toContain('got -1')
  expect(walked.metrics['size']?.count).toBe(9)
})

test('a journey whose first call is invalid ends the run with the error', async () => {
  const steps = journey(function* ({ send }) {
    metric('cart size', 1)
    yield* send({})
  })
  await expect(runLoad({ target, rate: 40, duration: '250ms', journey: steps })).rejects.toMatchObject({
    code: 'ERR_LOAD_METRIC',
    message: expect.stringContaining("got 'cart size'"),
  })
})

test('the times of streams are kept per operation and phase, and in batches', async () => {
  const request = { name: 'events', path: '/events', stream: 'sse' } as const
  const result = await runLoad({ target, rate: 40, duration: '500ms', request })
  for (const figures of [result, result.operations['events']]) {
    expect(figures?.firstMessageTime.count).toBe(20)
    expect(figures?.messageGap).toMatchObject({ count: 40 })
    expect(figures?.messageGap.p50Ms).toBeGreaterThan(15)
    expect(figures && batchTexts(figures, 'messageGap').filter((text) => text !== '').length).toBeGreaterThan(2)
  }
  const plain = await runLoad({ target, rate: 40, duration: '100ms' })
  expect(plain.batches).not.toHaveProperty('messageGap')
})
