import { describe, expect, test } from 'vitest'
import { answerTo } from './unread-answer.ts'

const answer = { status: 200, headers: { a: 'b' }, text: '{"token":"t"}' }

describe('the response to a request', () => {
  test('that reads JSON is unchanged', () => {
    const parsed = { ...answer, json: { token: 't' } }
    expect(answerTo({ read: 'json' }, parsed)).toBe(parsed)
  })

  test('that reads text has its text, and names the remedy when its json is used', () => {
    const text = answerTo({ name: 'log in', read: 'text' }, answer)
    expect([text.status, text.text]).toEqual([200, '{"token":"t"}'])
    expect(() => text.json).toThrow(
      `the response to "log in" has no json, because its request has read: 'text': write read: 'json' there`,
    )
  })

  test.each([undefined, 'headers'])(
    'with read: %j has its status, and names the remedy when its body is used',
    (read) => {
      const unread = answerTo({ read }, { ...answer, text: '' })
      expect([unread.status, unread.headers]).toEqual([200, { a: 'b' }])
      expect(() => unread.json).toThrow(
        "the response has no json, because its request does not read it: write read: 'json' there",
      )
      expect(() => unread.text).toThrow("write read: 'text' there")
    },
  )

  test('has an error whose stack starts in the code that used it', () => {
    const use = (): unknown => answerTo({}, answer).json
    expect(use).toThrow(
      expect.objectContaining({ stack: expect.stringMatching(/^TypeError: .*\n +at use /) as string }),
    )
  })

  test('can be copied and passed to a thread', () => {
    const unread = answerTo({}, { ...answer, text: '' })
    const whole = { status: 200, headers: { a: 'b' } }
    expect([{ ...unread }, structuredClone(unread)]).toEqual([whole, whole])
  })
})
