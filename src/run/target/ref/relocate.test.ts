import { describe, expect, test, vi } from 'vitest'
import { relocated } from './relocate.ts'
import { targetOfRef } from './target-of-ref.ts'

const moved = { from: ['/work/shop', '/home/ada/shop'], to: '/cache/a b' }

test.each([
  ['/work/shop/server.js', '/cache/a b/server.js'],
  ['/home/ada/shop/server.js', '/cache/a b/server.js'],
  ['/work/shop', '/cache/a b'],
  ['--import=/work/shop/a.js', '--import=/cache/a b/a.js'],
  ['/work/shop/a:/work/shop/b', '/cache/a b/a:/cache/a b/b'],
  ['file:///work/shop/server.js', 'file:///cache/a%20b/server.js'],
  ['/work/shop-data/server.js', '/work/shop-data/server.js'],
  ['/work/shop.old', '/work/shop.old'],
  ['/mnt/work/shop/server.js', '/mnt/work/shop/server.js'],
  ['server.js', 'server.js'],
])('moves %s', (text, expected) => {
  expect(relocated(text, moved)).toBe(expected)
})

describe('the target of a ref', () => {
  const checkout = { moved, directory: '/cache/a b/api' }
  const candidate = {
    command: ['node', '/work/shop/api/server.js'],
    url: 'http://127.0.0.1:{port}',
    cwd: '/work/shop/api',
    env: { CONFIG: '/work/shop/config.json', LEVEL: 'info' },
  }

  test('runs the command of the candidate in the checkout', () => {
    expect(targetOfRef(checkout, { ref: 'main' }, candidate)).toEqual({
      command: ['node', '/cache/a b/api/server.js'],
      url: 'http://127.0.0.1:{port}',
      cwd: '/cache/a b/api',
      env: { CONFIG: '/cache/a b/config.json', LEVEL: 'info' },
    })
  })

  test('prefers the command and the variables of the ref', () => {
    const ref = { ref: 'main', command: ['node', 'old.js'], env: { LEVEL: 'warn' } }
    expect(targetOfRef(checkout, ref, candidate)).toMatchObject({
      command: ['node', 'old.js'],
      env: { CONFIG: '/cache/a b/config.json', LEVEL: 'warn' },
    })
  })

  test.runIf(process.platform !== 'win32')('finds programs of the checkout before those of the working tree', () => {
    vi.stubEnv('PATH', '/work/shop/node_modules/.bin:/usr/bin')
    expect(targetOfRef(checkout, { ref: 'main' }, candidate).env).toMatchObject({
      PATH: '/cache/a b/node_modules/.bin:/work/shop/node_modules/.bin:/usr/bin',
    })
    vi.unstubAllEnvs()
  })
})
