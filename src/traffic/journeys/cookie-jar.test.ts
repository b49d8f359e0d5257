import { validateHeaderValue } from 'node:http'
import fc from 'fast-check'
import { CookieJar as ToughJar } from 'tough-cookie'
import { expect, test } from 'vitest'
import { CookieJar } from './cookie-jar.ts'

const HOST = 'shop.example.com'

function jarWith(lines: readonly string[], path = '/', host = HOST): CookieJar {
  const jar = new CookieJar(host)
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
  [['a=1\r\nx: y', 'b=\0', 'c=1; Path=/\u001f', 'd=1\t'], '/', 'd=1'],
  [[`a=${'x'.repeat(4_095)}`, 'b=1'], '/', 'b=1'],
])('%j sent with a request to %s: %s', (lines, path, header) => {
  expect(jarWith(lines).headerFor(path, '')).toBe(header)
})

const HOSTS = [HOST, 'example.com', 'localhost', '127.0.0.1', 'EXAMPLE.com', 'api.shop.co.uk', 'shop.com.au']
const DOMAINS = ['', 'shop.example.com', '.example.com', 'EXAMPLE.COM', 'ample.com', 'other.example.com', 'com', '.com']
const MORE_DOMAINS = ['localhost', '127.0.0.1', '0.0.1', 'x.localhost']
const BELOW_COUNTRIES = ['co.uk', '.co.uk', 'CO.UK', 'shop.co.uk', '.shop.co.uk', 'uk', 'com.au', 'shop.com.au']
const NAMES = ['a', '__Secure-a', '__Host-a', '__Hosta']

test('accepts the cookies that tough-cookie accepts, by their domains and the prefixes of their names', () => {
  const domain = fc.option(fc.constantFrom(...DOMAINS, ...MORE_DOMAINS, ...BELOW_COUNTRIES), { nil: undefined })
  const attributes = fc.record({ domain, isSecure: fc.boolean(), path: fc.constantFrom('/', '/x') })
  fc.assert(
    fc.property(
      fc.constantFrom(...HOSTS),
      fc.constantFrom(...NAMES),
      attributes,
      (host, name, { domain: set, isSecure, path }) => {
        const line = `${name}=1; Path=${path}${set === undefined ? '' : `; Domain=${set}`}${isSecure ? '; Secure' : ''}`
        // HTTPS, because our jar also takes secure cookies over HTTP, as browsers do only from this machine.
        const tough = new ToughJar(undefined, { prefixSecurity: 'strict', allowSpecialUseDomain: true })
        const url = `https://${host}/x`
        let accepted = true
        try {
          accepted = tough.setCookieSync(line, url) !== undefined
        } catch {
          accepted = false
        }
        expect([line, host, jarWith([line], '/x', host).headerFor('/x', '') !== '']).toEqual([line, host, accepted])
      },
    ),
    { numRuns: 1_000 },
  )
})

test.each([
  ['__Host-a=1; Secure', ''],
  ['__host-a=1; Path=/', ''],
  ['__HOST-a=1; Secure; Path=/', '__HOST-a=1'],
  ['a=1; Domain=other.com', ''],
])('as browsers, keeps of %s: %s', (line, header) => {
  expect(jarWith([line]).headerFor('/', '')).toBe(header)
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

test('keeps the newest 180 cookies', () => {
  const lines = Array.from({ length: 181 }, (_, number) => `c${number}=1`)
  expect(jarWith(lines).headerFor('/', '').split('; ')).toEqual(lines.slice(1))
})

test('sends only what a header may contain, whatever a server sets', () => {
  const attribute = fc.tuple(fc.constantFrom('Path', 'Max-Age', 'Expires', 'Domain', '__proto__'), fc.string())
  const text = fc.oneof(fc.string({ unit: fc.nat(255).map((code) => String.fromCodePoint(code)) }), fc.constant('a'))
  const line = fc
    .tuple(text, text, fc.array(attribute, { maxLength: 3 }))
    .map(([name, value, attributes]) => [`${name}=${value}`, ...attributes.map((pair) => pair.join('='))].join(';'))
  fc.assert(
    fc.property(fc.array(fc.oneof(text, line), { maxLength: 20 }), text, (lines, path) => {
      const header = jarWith(lines, path).headerFor(path, '')
      expect(() => validateHeaderValue('cookie', header)).not.toThrow()
      expect(header.length).toBeLessThan(180 * 4_100)
    }),
    { numRuns: 500, examples: [[['a=1\n', '__proto__=1', 'a=1;Max-Age=99999999999999999999'], '/']] },
  )
})
