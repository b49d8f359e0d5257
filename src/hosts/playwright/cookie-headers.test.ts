import { expect, test } from 'vitest'
import { cookieHeaders } from './cookie-headers.ts'

const cookie = { name: 'sid', value: 's3cret', domain: 'shop.example', path: '/', expires: -1, secure: false }

test.each([
  ['its host', {}, 'http://shop.example/cart', true],
  ['another host', {}, 'http://example/cart', false],
  ['a subdomain of a host', {}, 'http://api.shop.example/', false],
  ['a subdomain of a domain', { domain: '.shop.example' }, 'http://api.shop.example/', true],
  ['a host that only ends alike', { domain: '.shop.example' }, 'http://myshop.example/', false],
  ['any port', {}, 'http://shop.example:3000/', true],
  ['its path', { path: '/cart' }, 'http://shop.example/cart', true],
  ['a path below its path', { path: '/cart' }, 'http://shop.example/cart/1', true],
  ['a path that only begins alike', { path: '/cart' }, 'http://shop.example/carts', false],
  ['a target without TLS', { secure: true }, 'http://shop.example/', false],
  ['a target with TLS', { secure: true }, 'https://shop.example/', true],
  ['this machine', { secure: true, domain: '127.0.0.1' }, 'http://127.0.0.1:3000/', true],
  ['a time before its end', { expires: Date.now() / 1_000 + 60 }, 'http://shop.example/', true],
  ['a time after its end', { expires: 1 }, 'http://shop.example/', false],
])('for %s', (_, changes, url, isSent) => {
  const state = { cookies: [{ ...cookie, ...changes }] }
  if (isSent) expect(cookieHeaders(state, url)).toEqual({ cookie: 'sid=s3cret' })
  else expect(() => cookieHeaders(state, url)).toThrow(/^no cookie of the browser is for http/)
})

test('sends cookies of longer paths first', () => {
  const state = { cookies: [cookie, { ...cookie, name: 'cart', value: '7', path: '/cart' }] }
  expect(cookieHeaders(state, 'http://shop.example/cart')).toEqual({ cookie: 'cart=7; sid=s3cret' })
})

test('an error names the cookies without their values', () => {
  const call = (): unknown => cookieHeaders({ cookies: [cookie] }, 'http://127.0.0.1:3000/cart')
  expect(call).toThrow(
    'no cookie of the browser is for http://127.0.0.1:3000/cart: it has sid (shop.example/)\n    → log in first, and pass the URL under which the browser logged in',
  )
  expect(call).not.toThrow('s3cret')
})
