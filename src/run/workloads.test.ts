import { describe, expect, test } from 'vitest'
import { startFixture } from '../../fixtures/index.ts'
import { recordingServer } from './recording-server.case.ts'
import { mix } from '../traffic/workloads/mix.ts'
import { expectBooksToBalance } from './books.case.ts'
import { runLoad } from './index.ts'

const PROTOCOLS = ['http', 'websocket', 'tcp', 'mcp'] as const

describe.each(PROTOCOLS)('an embedded target over %s', (protocol) => {
  test('reads and writes in the shares that the workload has, and both sides count the same', async () => {
    await using target = await startFixture('work', { protocol })
    const result = await runLoad({
      target: target.url,
      rate: 200,
      duration: '1s',
      workload: 'read-heavy',
      seed: 'cafe',
    })
    expect(result).toMatchObject({ protocol, successes: 200, errors: 0 })
    const { read, write } = result.operations
    expect((read?.successes ?? 0) + (write?.successes ?? 0)).toBe(200)
    // A binomial share of 10% of 200 lies there but for one seed in a million, and this seed is fixed.
    expect(write?.successes).toBeGreaterThan(5)
    expect(write?.successes).toBeLessThan(45)
    expect((await target.control.counts()).verbs).toMatchObject({ read: read?.successes, write: write?.successes })
    expectBooksToBalance(result)
  })

  test('streams: the first message is timed, and the gaps between the ten', async () => {
    await using target = await startFixture('work', { protocol })
    const result = await runLoad({ target: target.url, rate: 50, duration: '1s', workload: 'stream' })
    expect(result).toMatchObject({ successes: 50, errors: 0 })
    expect(result.firstMessageTime.count).toBe(50)
    expect(result.messageGap.count).toBe(50 * 9)
  })
})

test('a batch is sent at once, and its operations are what is counted', async () => {
  await using target = await startFixture('work', { protocol: 'http' })
  const result = await runLoad({ target: target.url, rate: 100, duration: '1s', batchSize: 20, workload: 'batch' })
  expect(result).toMatchObject({ requestsScheduled: 100, successes: 100, offeredRps: 100 })
  expect(result.pool.peakInUse).toBeGreaterThan(1)
})

test('a mix deals the arrivals of one schedule out by weight, and keeps its protocols apart', async () => {
  await using http = await startFixture('work', { protocol: 'http' })
  await using tcp = await startFixture('work', { protocol: 'tcp' })
  const result = await runLoad({
    rate: 300,
    duration: '1s',
    seed: 'cafe',
    threads: 2,
    workload: mix([
      { weight: 3, target: http.url, workload: 'balanced' },
      { weight: 1, target: tcp.url, name: 'queue' },
    ]),
  })
  expect(result).toMatchObject({ protocol: 'mix', requestsScheduled: 300, successes: 300 })
  const names = Object.keys(result.operations).toSorted()
  expect(names).toEqual(['http read', 'http write', 'queue read'])
  const counts = await Promise.all([http.control.counts(), tcp.control.counts()])
  expect(counts[1].verbs['read']).toBe(result.operations['queue read']?.successes)
  expect(counts[1].verbs['read']).toBeGreaterThan(300 / 4 - 40)
  expect(counts[1].verbs['read']).toBeLessThan(300 / 4 + 40)
  expectBooksToBalance(result)
})

describe('a target that is not ours', () => {
  test('is read only, and the result says what of the plan did not apply', async () => {
    const server = await recordingServer()
    const result = await runLoad({
      target: server.url,
      rate: 50,
      duration: '500ms',
      workload: 'write-heavy',
      messageSize: 'large',
    })
    expect(new Set(server.requests.map(({ method, path }) => `${method} ${path}`))).toEqual(new Set(['GET /']))
    expect(result.plan.notes).toEqual([
      expect.stringContaining("workload 'write-heavy' does not apply"),
      expect.stringContaining('messageSize does not apply'),
    ])
  })

  test('gets bodies of the asked size where a request has room for one, the same for the same seed', async () => {
    const server = await recordingServer()
    const plan = {
      target: server.url,
      rate: 50,
      duration: '500ms',
      messageSize: 300,
      messageFormat: 'binary',
      request: { method: 'POST', path: '/upload' },
    } as const
    await runLoad({ ...plan, seed: 'cafe' })
    const first = server.requests.map(({ body }) => body)
    expect(first.map(({ length }) => length)).toEqual(Array<number>(25).fill(300))
    expect(new Set(first.map((body) => body.toString('hex'))).size).toBe(25)
    server.requests.length = 0
    await runLoad({ ...plan, seed: 'cafe', threads: 2 })
    const again = server.requests.map(({ body }) => body.toString('hex'))
    expect(again.toSorted()).toEqual(first.map((body) => body.toString('hex')).toSorted())
  })

  test('named operations each have their results', async () => {
    const server = await recordingServer()
    const workload = { browse: { path: '/list', weight: 4 }, buy: { method: 'POST', path: '/buy', body: '{}' } }
    const result = await runLoad({ target: server.url, rate: 100, duration: '500ms', workload })
    const sent = (path: string) => server.requests.filter((request) => request.path === path).length
    expect(result.operations['browse']?.successes).toBe(sent('/list'))
    expect(result.operations['buy']?.successes).toBe(sent('/buy'))
  })
})

describe('feeds and templates', () => {
  const users = Array.from({ length: 30 }, (_, i) => ({ id: i, name: `user ${i}` }))

  test('give each arrival its own record, whatever the threads', async () => {
    const server = await recordingServer()
    const result = await runLoad({
      target: server.url,
      rate: 60,
      duration: '500ms',
      threads: 2,
      feeds: { user: { records: users, pick: 'unique' } },
      request: {
        method: 'POST',
        path: '/users/{{user.name}}',
        headers: { 'content-type': 'application/json' },
        body: '{"id":{{user.id}},"n":{{sequence}}}',
      },
    })
    expect(result.successes).toBe(30)
    const seen = server.requests.map(({ path, body }) => ({ path, body: body.toString() }))
    expect(seen.toSorted((a, b) => a.path.localeCompare(b.path))).toEqual(
      users
        .map(({ id, name }) => ({ path: `/users/${encodeURIComponent(name)}`, body: `{"id":${id},"n":${id}}` }))
        .toSorted((a, b) => a.path.localeCompare(b.path)),
    )
  })

  test('that do not fit are told before any traffic', async () => {
    const server = await recordingServer()
    const plan = { target: server.url, rate: 60, duration: '1s', feeds: { user: { records: users } } }
    await expect(runLoad({ ...plan, request: { path: '/{{usr.id}}' } })).rejects.toThrow(/usr.*did you mean/s)
    await expect(runLoad({ ...plan, request: { path: '/{{user.nme}}' } })).rejects.toThrow(/nme/)
    const unique = { feeds: { user: { records: users, pick: 'unique' } } } as const
    await expect(runLoad({ ...plan, ...unique, request: { path: '/{{user.id}}' } })).rejects.toThrow(/60 records/)
    expect(server.requests).toHaveLength(0)
  })
})
