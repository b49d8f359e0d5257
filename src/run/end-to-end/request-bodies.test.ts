import { expect, test } from 'vitest'
import type { HttpRequest } from '../../protocols/http/request.ts'
import { runLoad } from '../index.ts'
import { type RecordedRequest, recordingServer } from './recording-server.fixture.ts'

const shape = { rate: 20, duration: '500ms' } as const
const feeds = { user: { records: [{ name: 'Ann & Bo', age: 41 }] } }

const multipart = (): FormData => {
  const form = new FormData()
  form.set('user "1"', '{{user.name}}\nline 2')
  return form
}

/** What the server received: the content type, and the body as its own parser reads it. */
async function received({ headers, body }: RecordedRequest): Promise<unknown> {
  const type = headers['content-type'] ?? ''
  if (type === 'application/json') return [type, JSON.parse(String(body))]
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData()
  return [type.replace(/;.*/, ''), [...form]]
}

const BODIES: readonly [string, () => HttpRequest['body'], unknown][] = [
  ['an object', () => ({ name: '{{user.name}}', age: '{{user.age}}' }), { name: 'Ann & Bo', age: 41 }],
  ['an object with chunks', () => ({ chunks: 3, length: 1 }), { chunks: 3, length: 1 }],
  ['an array', () => ['{{user.name}}', 1, null], ['Ann & Bo', 1, null]],
  [
    'URLSearchParams',
    () => new URLSearchParams({ user: '{{user.name}}', b: 'a b' }),
    [
      ['user', 'Ann & Bo'],
      ['b', 'a b'],
    ],
  ],
  ['FormData', multipart, [['user "1"', 'Ann & Bo\r\nline 2']]],
]

const TYPES: Readonly<Record<string, string>> = {
  URLSearchParams: 'application/x-www-form-urlencoded',
  FormData: 'multipart/form-data',
}

test('sends each kind of body with its content type and with templates filled in', async () => {
  const { url, requests } = await recordingServer()
  const request = BODIES.map(([name, body]) => ({ method: 'POST', path: `/${encodeURI(name)}`, body: body() }))
  const { successes } = await runLoad({ target: url, rate: 80, duration: '500ms', feeds, request })
  expect(successes).toBe(40)
  for (const [name, , content] of BODIES) {
    const sent = await Promise.all(requests.filter(({ path }) => decodeURI(path) === `/${name}`).map(received))
    expect(sent.length).toBeGreaterThan(0)
    for (const each of sent) expect(each).toEqual([TYPES[name] ?? 'application/json', content])
  }
})

test('sends the forms of a request function, and keeps a content type of the request', async () => {
  const { url, requests } = await recordingServer()
  const headers = { 'Content-Type': 'application/vnd.api+json' }
  await runLoad({
    ...shape,
    target: url,
    request: ({ sequence }) =>
      sequence % 2 === 0
        ? { method: 'POST', body: new URLSearchParams({ n: 'é' }) }
        : { method: 'POST', headers, body: { n: sequence > 0 } },
  })
  const sent = new Set(requests.map(({ headers: { 'content-type': type }, body }) => `${type} ${String(body)}`))
  expect(sent).toEqual(
    new Set(['application/x-www-form-urlencoded;charset=UTF-8 n=%C3%A9', 'application/vnd.api+json {"n":true}']),
  )
})
