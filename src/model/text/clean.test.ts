import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cleanError, cleanJson, cleanText, cleanUnknown, foreignText, learnSecrets, learnSetup } from './clean.ts'
import { KnownSecrets } from './known-secrets.ts'
import { secretsOf } from './secrets-of.ts'

describe('the secrets of a plan', () => {
  test.each([
    [{ headers: { 'x-tenant': 'canary-tenant' } }, ['canary-tenant']],
    [{ headers: { Authorization: 'Bearer canary-bearer' } }, ['canary-bearer']],
    [{ headers: { authorization: `Basic ${btoa('canary-user:canary-pass')}` } }, ['canary-user', 'canary-pass']],
    [{ headers: { cookie: 'sid="canary-sid"; theme=canary-theme' } }, ['canary-sid', 'canary-theme']],
    [{ request: [{ headers: { 'X-Key': 'canary-request' } }] }, ['canary-request']],
    [{ request: { path: '/x?api_key=canary%2Bquery&page=2' } }, ['canary+query', 'canary%2Bquery']],
    [{ request: { body: { user: 'ann', password: 'canary-password' } } }, ['canary-password']],
    [{ request: { arguments: { apiKey: 'canary-argument' } } }, ['canary-argument']],
    [{ target: 'http://127.0.0.1:1/?token=canary-target' }, ['canary-target']],
    [
      { target: new URL('http://canary-user:canary-pass@127.0.0.1:1/') },
      ['canary-user', btoa('canary-user:canary-pass')],
    ],
    [{ target: { command: ['node', 'x.js', '--token', 'canary-word', '--key=1'] } }, ['canary-word']],
    [
      { target: { stdio: ['node', 'x.js', '--api-key=canary-option'], env: { LICENSE: 'canary-env' } } },
      ['canary-option', 'canary-env'],
    ],
    [
      {
        tls: {
          passphrase: 'canary-phrase',
          key: '-----BEGIN PRIVATE KEY-----\ncanary-line-1\n-----END PRIVATE KEY-----',
        },
      },
      ['canary-phrase'],
    ],
  ] as const)('%j include %j', (plan, values) => {
    expect([...secretsOf(plan)]).toEqual(expect.arrayContaining([...values]))
  })

  test('include no public header, no public variable, and nothing else', () => {
    const plan = {
      target: {
        command: ['node', 'server.js', '--port', '{port}'],
        url: 'http://127.0.0.1:{port}/shop',
        env: { NODE_ENV: 'production', PORT: '300000' },
      },
      headers: { accept: 'application/json', 'content-type': 'text/plain', 'user-agent': 'describe-load' },
      feeds: {
        user: { file: './users.csv', secret: ['password', 'answer'] },
        order: { records: [], secret: ['iban'] },
      },
      request: { path: '/cart?code=200&keyword=shoes', body: { token_type: 'bearer', quantity: 3 } },
    }
    expect([...secretsOf(plan)]).toEqual([])
  })
})

describe('a known secret', () => {
  const known = new KnownSecrets(['abc123', 'pass word/1234567', 'long-canary-value'])

  test.each([
    ['abc123', '*'],
    ['"abc123", abc123!', '"*", *!'],
    ['xabc123, abc1234', 'xabc123, abc1234'],
    ['x=pass%20word%2F1234567', 'x=*'],
    ['%3Dlong-canary-valueX', '%3D*X'],
  ])('in %s becomes %s', (text, masked) => {
    expect(known.mask(text, '*')).toBe(masked)
  })

  test('is hidden with each longer one that contains it, and not at all below 6 characters', () => {
    const some = new KnownSecrets(['secret', 'secret-and-more', 'short'])
    expect(some.mask('secret-and-more secret short', '*')).toBe('* * short')
  })

  test('is removed when 5 000 newer ones are known', () => {
    const many = new KnownSecrets(['oldest-secret', ...Array.from({ length: 5_000 }, (_, n) => `newer-secret-${n}`)])
    expect(many.mask('oldest-secret newer-secret-4999', '*')).toBe('oldest-secret *')
  })

  test('is not the oldest any more when it is added again', () => {
    const some = new KnownSecrets(['canary-first', 'canary-second'], 2)
    some.add(['canary-first', 'canary-third'])
    expect(some.mask('canary-first canary-second canary-third', '*')).toBe('* canary-second *')
  })

  test('is adopted in the forms that it has', () => {
    const adopted = new KnownSecrets()
    adopted.adopt(new KnownSecrets(['canary secret']).values)
    expect(adopted.values).toEqual(['canary secret', 'canary%20secret'])
  })

  test('is masked anywhere in any text', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9!.@~-]{12,40}$/)
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (value, before, after) => {
        expect(new KnownSecrets([value]).mask(`${before}${value}${after}`, '')).not.toContain(value)
      }),
    )
  })
})

test('cleaning a text again changes nothing', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      'token',
      'cookie',
      'authorization',
      '=',
      ': ',
      '"',
      '\\"',
      '; ',
      '&',
      '?',
      '\n',
      'bearer ',
      'abc12345',
      '://',
      '@',
      '%22',
    ),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const once = cleanText(pieces.join(''))
      expect(cleanText(once)).toBe(once)
    }),
    {
      numRuns: 1_000,
      examples: [
        [['://', '\u000b', '@']],
        [['token=', '\u000b', 'abc12345']],
        [['##', 'bearer abc12345']],
        [['token', '://', '&', '@', 'token']],
      ],
    },
  )
})

test('a text from a target has at most 1 000 characters, and none of the secrets of its request', () => {
  const request = { headers: { 'x-session': 'canary-session' } }
  const text = foreignText(`no canary-session\u001b[2J ${'x'.repeat(2_000_000)}`, request)
  expect(text).toMatch(/^no \[redacted\]\\x1b\[2J x+…$/)
  expect(text).toHaveLength(1_000)
})

test('names in JSON are cleaned and stay distinct; numbers and other text remain', () => {
  const json = { 'GET /a?token=one-1': 1, 'GET /a?token=two-2': [2, null, 'x\u0007'], key: 'p99Ms', n: 0.5 }
  expect(cleanJson(json)).toEqual({
    'GET /a?token=[redacted]': 1,
    'GET /a?token=[redacted] (2)': [2, null, 'x\\x07'],
    key: 'p99Ms',
    n: 0.5,
  })
})

test('an error is copied with its causes only if it is not clean', () => {
  const clean = new Error('connect ECONNREFUSED')
  expect(cleanError(clean)).toBe(clean)
  const cause = Object.assign(new Error('\u001b]0;x\u0007 token=abc-123'), { code: 'EX' })
  const copy = cleanError(new TypeError('failed', { cause })) as Error & { cause: Error }
  expect(copy.name).toBe('TypeError')
  expect(copy.cause).toMatchObject({ message: '\\x1b]0;x\\x07 token=[redacted]', code: 'EX' })
  expect(`${copy.cause.stack}`).not.toContain('abc-123')
})

test('a learned secret is hidden in every text, but not in a record of another process', () => {
  learnSecrets({ headers: { 'x-mode': 'canary-learned' } })
  expect(cleanText('mode canary-learned')).toBe('mode [redacted]')
  expect(cleanUnknown('mode canary-learned')).toBe('mode canary-learned')
})

test('a secret of a plan is hidden after any number of setups', () => {
  learnSecrets({ headers: { 'x-plan': 'canary-of-plan' } })
  for (let n = 0; n < 6_000; n++) learnSetup({ token: `canary-of-setup-${n}` })
  expect(cleanText('canary-of-plan canary-of-setup-5999')).toBe('[redacted] [redacted]')
})
