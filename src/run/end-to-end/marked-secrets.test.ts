import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { LoadPlan } from '../../plan/load-plan.ts'
import { runLoad } from '../index.ts'

/** Starts a server that rejects every request with its path and body. */
async function startEcho(): Promise<string> {
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += String(chunk)))
    request.on('end', () => response.writeHead(400).end(`${request.url} ${body}`))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The words have no form and no name by which they could be recognised. */
const ANSWER = 'seven blue giraffes'
const CITY = 'ordinary words'
const REQUEST = {
  method: 'POST',
  path: '/{{user.answer}}?city={{user.city}}',
  body: '{"question":"{{user.answer}}","of":"{{user.city}}"}',
  // Its message quotes the body.
  check: { status: 400, bodyIncludes: 'never' },
  ok: [[400, 400]],
} as const

const PLAN = { rate: 20, duration: '200ms', tracing: 'all', request: REQUEST } as const satisfies LoadPlan

test('the secret fields of a feed appear nowhere in a result, and the others do', async () => {
  const feeds = { user: { records: [{ answer: ANSWER, city: CITY }], secret: ['answer'] } }
  const text = JSON.stringify(await runLoad({ ...PLAN, target: await startEcho(), feeds }))
  expect(text).not.toMatch(/giraffes/)
  expect(text).toContain('[redacted]')
  expect(text).toContain('{{user.answer}}')
  expect(text).toContain('ordinary%20words')
})

test('no field of a secret feed appears in a result', async () => {
  const feeds = { user: { records: [{ answer: ANSWER, city: CITY }], secret: true } }
  const text = JSON.stringify(await runLoad({ ...PLAN, target: await startEcho(), feeds }))
  expect(text).not.toMatch(/giraffes|ordinary/)
})

test('what a setup marks as secret appears nowhere in a result', async () => {
  const setup = (): object => ({ visible: 'other words', hidden: { secret: true, answer: 'nine green zebras' } })
  const request = { ...REQUEST, path: '/{{setup.hidden.answer}}?city={{setup.visible}}', headers: {}, body: '' }
  const text = JSON.stringify(await runLoad({ ...PLAN, target: await startEcho(), setup, request }))
  expect(text).not.toMatch(/zebras/)
  expect(text).toContain('other%20words')
})

test('the secret of a setup in a generator thread appears in no error that its module throws later', async () => {
  const setup = new URL('../../../fixtures/modules/losing-setup.ts', import.meta.url)
  const result = await runLoad({ ...PLAN, duration: '10s', request: {}, target: await startEcho(), setup })
  expect(result.endedBecause).toMatch(/ Error: the session of \[redacted\] was lost$/)
  expect(JSON.stringify(result)).not.toMatch(/camels/)
})
