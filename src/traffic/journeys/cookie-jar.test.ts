import { expect, test } from 'vitest'
import { CookieJar } from './cookie-jar.ts'

function jarWith(lines: readonly string[], path = '/'): CookieJar {
  const jar = new CookieJar()
  jar.store(lines, path)
  return jar
}

test.each([
  [['a=1'], '/', 'a=1'],
  [['a=1', 'b=2; HttpOnly; SameSite=Lax'], '/x', 'a=1; b=2'],
  [['a=1', 'a=2'], '/', 'a=2'],
  [['a='], '/', 'a='],
  [['a=b=c=='], '/', 'a=b=c=='],
  [['a="q"; Secure; Domain=example.com'], '/', 'a="q"'],
  [['a=1; Path=/shop'], '/shop/cart', 'a=1'],
  [['a=1; Path=/shop'], '/shop', 'a=1'],
  [['a=1; Path=/shop'], '/shopping', ''],
  [['a=1; Path=/shop'], '/', ''],
  [['a=1; path=shop'], '/', 'a=1'],
  [['a=1; Path=/', 'a=2; Path=/shop'], '/shop/x', 'a=2; a=1'],
  [['a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT'], '/', 'a=1'],
  [['a=1; Expires=Fri, 31 Dec 9999 23:59:59 GMT'], '/', 'a=1'],
  [['a=1', 'a=; Max-Age=0'], '/', ''],
  [['a=1', 'a=; expires=Thu, 01 Jan 1970 00:00:00 GMT'], '/', ''],
  [['a=1; Max-Age=-5'], '/', ''],
  [['nonsense', '=1', ''], '/', ''],
])('%j sent with a request to %s: %s', (lines, path, header) => {
  expect(jarWith(lines).headerFor(path, '')).toBe(header)
})

test('a cookie without a path applies to the directory of the request path', () => {
  const jar = jarWith(['a=1'], '/shop/login')
  expect(jar.headerFor('/shop/cart', '')).toBe('a=1')
  expect(jar.headerFor('/', '')).toBe('')
})

test('keeps custom cookies, which override stored ones of the same name', () => {
  expect(jarWith(['a=1', 'b=2']).headerFor('/', 'b=mine; c=3')).toBe('b=mine; c=3; a=1')
  expect(jarWith([]).headerFor('/', 'c=3')).toBe('c=3')
})
