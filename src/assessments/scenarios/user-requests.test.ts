import { expect, test } from 'vitest'
import type { ScenariosFindings } from '../../model/scenarios-findings.ts'
import { countingServer } from '../counting-server.fixture.ts'
import { runSuite } from '../suite-run.fixture.ts'
import { apiBaseline } from './built-in/registry.ts'
import { scenariosSuiteOn } from './scenarios-suite.ts'

const OPERATIONS = { read: { path: '/items' }, write: { method: 'POST', path: '/items' } } as const

test('a balanced scenario sends the reads and the writes of the user, with bodies of its size', async () => {
  const server = await countingServer()
  const options = { targets: { http: server.url }, scenarios: [apiBaseline], operations: OPERATIONS, seed: 7 }
  const { record } = await runSuite((host) => scenariosSuiteOn(host)({ ...options, rate: 200, durationMs: 500 }))
  const { read, write } = record?.results[0]?.operations ?? {}
  expect(Object.fromEntries(server.counts)).toEqual({
    'GET /items': read?.requestsSent,
    'POST /items': write?.requestsSent,
  })
  expect(record?.results[0]?.plan.request).toBe('read: GET /items, write: POST /items')
  expect((read?.requestsSent ?? 0) + (write?.requestsSent ?? 0)).toBe(100)
  expect(write?.requestsSent).toBeGreaterThan(30)
  expect(Math.max(...server.writtenBytes)).toBeLessThan(1_024)
  expect(Math.min(...server.writtenBytes)).toBeGreaterThanOrEqual(16)
})

test('LOAD_REQUEST with a method that writes is the write of every scenario', async () => {
  const server = await countingServer()
  await runSuite((host) => scenariosSuiteOn(host)({ targets: { http: server.url }, scenarios: [apiBaseline] }), {
    LOAD_REQUEST: '{"method":"POST","path":"/items"}',
    LOAD_RATE: '200',
    LOAD_DURATION: '0.3',
  })
  expect([...server.counts.keys()].toSorted()).toEqual(['GET /', 'POST /items'])
})

test('a scenario without a request for its writes sends nothing, and says which one to give', async () => {
  const server = await countingServer()
  const options = { targets: { http: server.url }, scenarios: [apiBaseline], request: { path: '/items' } }
  const { code, text, record } = await runSuite((host) => scenariosSuiteOn(host)(options))
  expect(code).toBe(3)
  expect(server.counts.size).toBe(0)
  const findings = record?.findings as ScenariosFindings | undefined
  expect(findings?.scenarios).toEqual([
    {
      name: 'API baseline',
      about: 'steady reads and writes of small messages',
      verdict: 'invalid',
      expectations: [],
      missing: [{ protocol: 'http', operations: ['write'] }],
    },
  ])
  expect(text.replaceAll(/\s+/g, ' ')).toContain(
    `API baseline did not run: no request for write is known over http: set the option \`operations\`, or LOAD_OPERATIONS='{"http":{"write":{"method":"POST","path":"/items"}}}'`,
  )
})
