import { expect, test } from 'vitest'
import { Browser } from './browser.ts'

const HOME = { host: '127.0.0.1', basePath: '/', headers: {} }

test('keeps what the step specifies, and reads the headers if the step reads nothing', () => {
  expect(new Browser(HOME).send({ path: '/a', name: 'a' })).toEqual({
    path: '/a',
    name: 'a',
    read: 'headers',
    headers: {},
  })
  expect(new Browser(HOME).send({ read: 'json', headers: { 'x-a': '1' } })).toEqual({
    read: 'json',
    headers: { 'x-a': '1' },
  })
})

test('sends cookies with the next steps, also below the path of the target', () => {
  const browser = new Browser({ host: '127.0.0.1', basePath: '/api/', headers: {} })
  browser.send({ path: '/login?next=/x' })
  browser.handle({ text: '', setCookie: ['id=7; Path=/api', 'other=1; Path=/elsewhere'] })
  expect(browser.send({ path: '/cart' })).toMatchObject({ headers: { cookie: 'id=7' } })
})

test('puts the cookie header of the step, or else of the plan, before the stored cookies', () => {
  const browser = new Browser({ host: '127.0.0.1', basePath: '', headers: { Cookie: 'plan=1' } })
  browser.send({})
  browser.handle({ text: '', setCookie: ['id=7'] })
  expect(browser.send({})).toMatchObject({ headers: { cookie: 'plan=1; id=7' } })
  expect(browser.send({ headers: { Cookie: 'own=1' } })).toMatchObject({ headers: { Cookie: 'own=1; id=7' } })
})

test.each<[unknown]>([[{ user: 'u1' }], [new URLSearchParams('a=1')], [new FormData()], [new Uint8Array(3)], ['text']])(
  'leaves the encoding of a body and its content type to the protocol: %o',
  (body) => {
    const sent = new Browser({ ...HOME, headers: { 'content-type': 'application/x' } }).send({ body })
    expect(sent['body']).toBe(body)
    expect(sent['headers']).toEqual({})
  },
)

test('returns a value that is not a request unchanged', () => {
  const wrong = { headers: { a: 1 } } as never
  expect(new Browser(HOME).send(wrong)).toBe(wrong)
})
