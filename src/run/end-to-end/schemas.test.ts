import * as v from 'valibot'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { startFixture } from '../../../fixtures/index.ts'
import { runLoad } from '../index.ts'

const load = { rate: 100, duration: 100 } as const

test('a schema checks the JSON of an HTTP response, with templates beside it', async () => {
  await using server = await startFixture('work', { protocol: 'http' })
  const body = { id: '{{sequence}}', text: 'x' }
  const request = (check: z.ZodType | v.GenericSchema) => ({ method: 'POST', path: '/echo', body, check }) as const
  const right = await runLoad({ ...load, target: server.url, request: request(z.object({ id: z.number() })) })
  expect(right).toMatchObject({ successes: 10, generator: { mode: 'inline' } })
  expect(right.generator.doubts).toContainEqual(expect.objectContaining({ reason: 'request-function' }))
  const wrong = await runLoad({ ...load, target: server.url, request: request(v.object({ id: v.string() })) })
  expect(wrong.errorsByClass.check).toMatchObject({ count: 10 })
  expect(wrong.errorsByClass.check?.first).toContain(
    'POST /echo → the response does not match the schema: id: Invalid type: Expected string but received 0',
  )
})

test('a schema checks each message over WebSocket and TCP', async () => {
  for (const protocol of ['websocket', 'tcp'] as const) {
    await using server = await startFixture('work', { protocol })
    const sent = (check: z.ZodType) =>
      runLoad({ ...load, target: server.url, request: { data: 'echo {"id":7}', check } })
    expect(await sent(z.object({ id: z.number() }))).toMatchObject({ successes: 10 })
    const { errorsByClass } = await sent(z.object({ id: z.string() }))
    expect(errorsByClass.check).toMatchObject({ count: 10 })
    expect(errorsByClass.check?.first).toContain('does not match the schema: id: ')
  }
})

test('a schema checks the result of an MCP server', async () => {
  await using server = await startFixture('work', { protocol: 'mcp' })
  const request = { tool: 'echo', arguments: { message: 'hello' } } as const
  const content = z.object({ content: z.array(z.object({ type: z.literal('text'), text: z.string() })) })
  const right = await runLoad({ ...load, target: server.url, request: { ...request, check: content } })
  expect(right).toMatchObject({ successes: 10 })
  const wrong = await runLoad({
    ...load,
    target: server.url,
    request: { ...request, check: z.object({ content: z.array(z.object({ type: z.literal('image') })) }) },
  })
  expect(wrong.errorsByClass.check).toMatchObject({ count: 10 })
  expect(wrong.errorsByClass.check?.first).toContain('content.0.type')
})
