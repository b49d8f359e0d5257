import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { redact, redactText } from './redact.ts'

describe('redacting secrets', () => {
  test.each([
    ['http://ann:hunter2secret@example.test/x', 'http://[redacted]@example.test/x'],
    ['GET /cart?token=hunter2secret&page=2', 'GET /cart?token=[redacted]&page=2'],
    ['/x?page=2&api_key=hunter2secret#end', '/x?page=2&api_key=[redacted]#end'],
    ['/cb?X-Amz-Signature=hunter2secret', '/cb?X-Amz-Signature=[redacted]'],
    ['authorization: Bearer hunter2secret', 'authorization: [redacted]'],
    ['Set-Cookie: sid=hunter2secret; Path=/', 'Set-Cookie: [redacted]'],
    ['{"Authorization":"Basic aHVudGVyMnNlY3JldA=="}', '{"Authorization":"[redacted]"}'],
    ['401, sent bearer hunter2secret', '401, sent bearer [redacted]'],
    ['{"access_token": "hunter2secret", "ok": 1}', '{"access_token": "[redacted]", "ok": 1}'],
    ['got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl', 'got [redacted]'],
  ])('%s', (text, clean) => {
    expect(redactText(text)).toBe(clean)
  })

  test('works anywhere in the JSON and for any order of parameters', () => {
    const secret = fc.stringMatching(/^[a-z0-9]{12}$/)
    const place = fc.constantFrom(
      (text: string) => ({ target: `http://u:${text}@h/` }),
      (text: string) => ({ a: [{ b: `/?x=1&session_id=${text}` }] }),
      (text: string) => [`cookie: a=${text}; b=${text}`],
    )
    fc.assert(fc.property(secret, place, (text, put) => !JSON.stringify(redact(put(text))).includes(text)))
  })
})

test('leaves other text unchanged', () => {
  const record = {
    message: 'expected p99 below 50 ms, was 83.2 ms',
    n: 3,
    nothing: null,
    key: 'p99Ms',
    list: [1, 'GET /a?page=2'],
  }
  expect(redact(record)).toEqual(record)
})
