import { expect, test } from 'vitest'
import { KnownSecrets } from './known-secrets.ts'
import { printable } from './printable.ts'
import { secretFields } from './secret-fields.ts'
import { maskTokens } from './secret-tokens.ts'

const known = new KnownSecrets(['canary-secret', 'canary-1-secret', 'aaaaaaaaaaaab'])

/** Each with the beginnings of what it matches. Repeated, one would make a careless expression take quadratic time. */
const SCANNERS = {
  secretFields: {
    scan: secretFields,
    pieces: [
      'key',
      'token',
      '"token',
      'token:',
      'token: ',
      'token="',
      "token='",
      'token=`',
      'token\\"',
      'token\\":\\"',
      'a.token-',
      'authorization:="',
      'cookie:"',
      'password: a ',
      'session:"',
      'auth=',
      '--token ',
      '"token","',
      '<token>',
      'token%3D',
      'token%22%3A%22',
      'token&quot;:&quot;',
      'token=\\',
      '"\\',
      ' ',
      '?code=',
      '[redacted]',
    ],
  },
  maskTokens: {
    scan: (text: string) => maskTokens(text, ''),
    pieces: [
      '://',
      '://a',
      '@',
      'a:b@',
      'a:',
      'bearer ',
      'bearer a',
      'eyJ',
      'eyJaaaaaaaa.',
      '-eyJ',
      '-',
      '-----',
      '-----BEGIN ',
      '-----BEGIN PRIVATE KEY-----',
      'sk-',
      'ghp_',
      'AKIA',
      '12345678:AA',
      'hooks.slack.com/services/',
      'discord.com/api/webhooks/1/',
      ' -u a',
    ],
  },
  printable: { scan: printable, pieces: ['::', ' ::', ' ::a', '\n ', ' ', '##', '\u001b', '\ud800', '\r'] },
  'KnownSecrets.mask': { scan: (text: string) => known.mask(text, ''), pieces: ['canary', 'canary-1-', 'a'] },
}

const SMALL = 128 * 1_024
/** 1 MiB: three times the double. */
const LARGE = 8 * SMALL
/** Twice the text takes at most three times as long. In quadratic time, it takes four times as long. */
const MAX_RATIO = 3 ** 3

test.each(Object.entries(SCANNERS))(
  '%s takes time proportional to a text of 1 MiB of any repeated piece',
  (_, scanner) => {
    const slow = scanner.pieces.filter((piece) => !isLinear(piece, scanner.scan))
    expect(slow).toEqual([])
  },
)

test('a known secret is masked among many similar ones in linear time', () => {
  const many = new KnownSecrets(
    Array.from({ length: 200_000 }, (_, n) => `password of customer ${n}`),
    1_000_000,
  )
  let clean = ''
  const usedMs = cpuMs(() => (clean = many.mask('password of customer 1999999 and '.repeat(1_000), '*')))
  expect(clean).not.toContain('password of customer')
  // Linear time takes about half a second; comparing with each value takes minutes.
  expect(usedMs).toBeLessThan(5_000)
})

/** Repeats a measurement that fails, because the first one includes compilation and garbage collection. */
function isLinear(piece: string, scan: (text: string) => unknown): boolean {
  const [small, large] = [SMALL, LARGE].map((length) => piece.repeat(length / piece.length))
  for (let tries = 0; tries < 3; tries++) {
    const smallMs = Math.max(
      1,
      cpuMs(() => scan(small ?? '')),
    )
    if (cpuMs(() => scan(large ?? '')) <= MAX_RATIO * smallMs) return true
  }
  return false
}

/** CPU time of this thread, which other processes do not affect. */
function cpuMs(run: () => unknown): number {
  const before = process.threadCpuUsage()
  run()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1_000
}
