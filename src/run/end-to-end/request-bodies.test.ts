import { expect, test } from 'vitest'
import { journey } from '../../plan/steps.ts'
import type { HttpRequest } from '../../protocols/http/request.ts'
import { runLoad } from '../index.ts'
import { type RecordedRequest, recordingServer } from './recording-server.fixture.ts'

const shape = { rate: 20, duration: '500ms' } as const
const feeds = { user: { records: [{ name: 'Ann & Bo', age: 41 }] } }

const multipart = (name: string): FormData => {
  const form = new FormData()
  form.set('user "1"', `${name}\nline 2`)
  return form
}

/** What the server received: the content type, and the body as its own parser reads it. */
async function received({ headers, body }: RecordedRequest): Promise<unknown> {
  const type = headers['content-type'] ?? ''
  if (type === 'application/json') return [type, JSON.parse(String(body))]
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData()
  return [type.replace(/;.*/, ''), [...form]]
}

const BODIES: readonly [string, (name: string, age: unknown) => Required<HttpRequest>['body'], unknown][] = [
  ['an object', (name, age) => ({ name, age }), { name: 'Ann & Bo', age: 41 }],
  ['an object with chunks', () => ({ chunks: 3, length: 1 }), { chunks: 3, length: 1 }],
  ['an array', (name) => [name, 1, null], ['Ann & Bo', 1, null]],
  [
    'URLSearchParams',
    (name) => new URLSearchParams({ user: name, b: 'a b' }),
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

/** Returns a request for each of `BODIES`, with templates or with the values themselves. */
function requestsOf(name: string, age: unknown): HttpRequest[] {
  return BODIES.map(([path, body]) => ({ method: 'POST', path: `/${encodeURI(path)}`, body: body(name, age) }))
}

/** Expects each of `BODIES` at least once. */
async function expectBodies(requests: readonly RecordedRequest[]): Promise<void> {
  for (const [name, , content] of BODIES) {
    const sent = await Promise.all(requests.filter(({ path }) => decodeURI(path) === `/${name}`).map(received))
    expect(sent.length).toBeGreaterThan(0)
    for (const each of sent) expect(each).toEqual([TYPES[name] ?? 'application/json', content])
  }
}

test('sends each kind of body with its content type and with templates filled in', async () => {
  const { url, requests } = await recordingServer()
  const request = requestsOf('{{user.name}}', '{{user.age}}')
  const { successes } = await runLoad({ target: url, rate: 80, duration: '500ms', feeds, request })
  expect(successes).toBe(40)
  await expectBodies(requests)
})

test('sends each kind of body in a journey as in a plain request', async () => {
  const { url, requests } = await recordingServer()
  const steps = journey(function* ({ send }) {
    for (const step of requestsOf('{{user.name}}', '{{user.age}}')) yield* send(step)
  })
  const { successes } = await runLoad({ ...shape, target: url, feeds, journey: steps })
  expect(successes).toBe(50)
  await expectBodies(requests)
})

test('sends each kind of body in the setup of a connection', async () => {
  const { url, requests } = await recordingServer()
  await runLoad({
    ...shape,
    target: url,
    async setup({ send }) {
      for (const request of requestsOf('Ann & Bo', 41)) await send(request)
    },
  })
  await expectBodies(requests.filter(({ method }) => method === 'POST'))
})

test('sends the content type of the plan with the bodies of a journey', async () => {
  const { url, requests } = await recordingServer()
  const steps = journey(function* ({ send }) {
    yield* send({ method: 'POST', body: { n: 1 } })
  })
  const headers = { 'Content-Type': 'application/vnd.api+json' }
  await runLoad({ ...shape, target: url, headers, journey: steps })
  expect(new Set(requests.map(({ headers: { 'content-type': type } }) => type))).toEqual(
    new Set(['application/vnd.api+json']),
  )
})

test('reports an unknown feed in a form of a journey', async () => {
  const { url, requests } = await recordingServer()
  const steps = journey(function* ({ send }) {
    yield* send({ method: 'POST', body: new URLSearchParams({ a: '{{usr.name}}' }) })
  })
  await expect(runLoad({ ...shape, target: url, feeds, journey: steps })).rejects.toThrow(
    "journey step step 1.body.fields[0][1] references an unknown feed, got '{{usr.name}}'",
  )
  expect(requests).toEqual([])
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
