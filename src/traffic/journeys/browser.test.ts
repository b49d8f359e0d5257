import { expect, test } from 'vitest'
import { Browser } from './browser.ts'

const HOME = { basePath: '/', headers: {} }

test('what it sends as it was written keeps its own, and asks for headers where nothing was to be read', () => {
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

test('cookies come back with the next steps, under the path of the target too', () => {
  const browser = new Browser({ basePath: '/api/', headers: {} })
  browser.send({ path: '/login?next=/x' })
  browser.take({ text: '', setCookie: ['id=7; Path=/api', 'other=1; Path=/elsewhere'] })
  expect(browser.send({ path: '/cart' })).toMatchObject({ headers: { cookie: 'id=7' } })
})

test('a cookie header of the step, else of the plan, goes before the others', () => {
  const browser = new Browser({ basePath: '', headers: { Cookie: 'plan=1' } })
  browser.send({})
  browser.take({ text: '', setCookie: ['id=7'] })
  expect(browser.send({})).toMatchObject({ headers: { cookie: 'plan=1; id=7' } })
  expect(browser.send({ headers: { Cookie: 'own=1' } })).toMatchObject({ headers: { Cookie: 'own=1; id=7' } })
})

test('an object as a body goes as JSON, and says so', () => {
  const browser = new Browser(HOME)
  expect(browser.send({ body: { user: 'u1' } })).toMatchObject({
    body: '{"user":"u1"}',
    headers: { 'content-type': 'application/json' },
  })
  expect(browser.send({ body: [1], headers: { 'Content-Type': 'application/x' } })).toMatchObject({
    body: '[1]',
    headers: { 'Content-Type': 'application/x' },
  })
  const bytes = new Uint8Array(3)
  expect(browser.send({ body: bytes })['body']).toBe(bytes)
  expect(browser.send({ body: 'text' })['body']).toBe('text')
})

test('what is no request is left for who checks it', () => {
  const wrong = { headers: { a: 1 } } as never
  expect(new Browser(HOME).send(wrong)).toBe(wrong)
})
