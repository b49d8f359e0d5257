import { expect, test } from 'vitest'
import { runLoad } from '../index.ts'
import { expectConservation } from './conservation.conformance.ts'
import { recordingServer } from './recording-server.fixture.ts'

const shape = { rate: 20, duration: '500ms' } as const

test('sends braces in the requests of a function unchanged if the plan has no feeds and no setup', async () => {
  const { url, requests } = await recordingServer()
  const body = 'as it is: {{user.name}} {{sequence}}'
  await runLoad({ ...shape, target: url, request: () => ({ method: 'POST', body }) })
  expect(new Set(requests.map((request) => String(request.body)))).toEqual(new Set([body]))
})

test('treats braces as templates if the plan has feeds, and a misspelled one ends the run', async () => {
  const { url, requests } = await recordingServer()
  const plan = { ...shape, target: url, feeds: { user: { records: [{ name: 'ann' }] } } }
  await runLoad({ ...plan, request: () => ({ path: '/{{user.name}}' }) })
  expect(new Set(requests.map((request) => request.path))).toEqual(new Set(['/ann']))
  await expect(runLoad({ ...plan, request: () => ({ path: '/{{user.nmae}}' }) })).rejects.toThrow(
    "request(0).path references an unknown field of the feed 'user', got '{{user.nmae}}'\n    → did you mean {{user.name}}?",
  )
})

test('rejects an async request function, whether or not the run is inline', async () => {
  const { url, requests } = await recordingServer()
  const request = (): object => Promise.resolve({ path: '/later' })
  const plan = { ...shape, target: url, request } as const
  const reported = 'request(0) must not be a promise'
  await expect(runLoad(plan)).rejects.toThrow(reported)
  await expect(runLoad({ ...plan, setup: () => 1 })).rejects.toThrow(reported)
  expect(requests).toEqual([])
})

test.each([{ rate: 40 }, { concurrency: 2 }])(
  'fails only requests for which the function throws: %j',
  async (model) => {
    const { url } = await recordingServer()
    const request = ({ sequence }: { readonly sequence: number }): object => {
      if (sequence % 15 === 14) throw new RangeError('no user left')
      return { path: '/' }
    }
    const result = await runLoad({ target: url, ...model, duration: '500ms', request })
    const first = expect.stringMatching(/^request\(\d+\) threw RangeError: no user left$/)
    expect(result).toMatchObject({
      ended: 'completed',
      errorsByClass: { 'user-error': { count: result.errors, first } },
    })
    // The open model sends 20 requests. In the closed model, their number depends on the machine.
    expect(result.errors).toBeGreaterThan(0)
    expect(result.successes).toBeGreaterThan(0)
    expectConservation(result)
  },
)

test('notes sizes and formats that no request has room for, and sizes above the maximum', async () => {
  const { url } = await recordingServer()
  const plan = { ...shape, target: url, messageSize: 'medium', messageFormat: 'text' } as const
  const get = await runLoad({ ...plan, request: { path: '/' } })
  expect(get.plan.notes).toEqual([
    'messageSize does not apply: no request has room for a generated body',
    'messageFormat does not apply: no request has room for a generated body',
  ])
  const post = await runLoad({ ...plan, request: [{ path: '/' }, { method: 'POST' }] })
  expect(post.plan.notes).toEqual([])
})
