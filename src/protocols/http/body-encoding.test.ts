import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PlanIssue } from '../../model/errors.ts'
import { asPlainBody, encodeBody, httpBody } from './body-encoding.ts'

function issueOf(value: unknown): PlanIssue | undefined {
  const issues: PlanIssue[] = []
  httpBody(value, 'request.body', issues)
  return issues[0]
}

function formOf(fields: readonly (readonly [string, string])[]): FormData {
  const form = new FormData()
  for (const [name, value] of fields) form.append(name, value)
  return form
}

describe('the body of a request', () => {
  test('is read by any server as the same form that `Response` sends', async () => {
    const field = fc.string({ unit: 'binary', maxLength: 12 }).map((text) => text.replaceAll('\0', ''))
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(field, field), { minLength: 1, maxLength: 4 }), async (fields) => {
        const { body, contentType } = encodeBody(formOf(fields))
        const ours = await new Response(body as string, { headers: { 'content-type': contentType ?? '' } }).formData()
        const theirs = await new Response(formOf(fields)).formData()
        expect([...ours]).toEqual([...theirs])
      }),
      { numRuns: 50 },
    )
  })

  test.each<[unknown]>([[new URLSearchParams('a=1&a=2')], [formOf([['a', '1']])]])(
    'can be passed to a thread as data without a change of its bytes: %o',
    (form) => {
      const body = form as URLSearchParams | FormData
      expect(encodeBody(structuredClone(asPlainBody(body)) ?? '')).toEqual(encodeBody(body))
    },
  )

  test('is the same for the same form, byte for byte', () => {
    expect(encodeBody(formOf([['a', '1']]))).toEqual(encodeBody(formOf([['a', '1']])))
  })

  test.each<[unknown, string, string | undefined]>([
    [new Map([['a', 1]]), 'must be a string, a Uint8Array, an object', 'write body: Object.fromEntries(map)'],
    [new ArrayBuffer(1), 'must be a string, a Uint8Array, an object', 'write body: new Uint8Array(buffer)'],
    [new Blob(['a']), 'must be a string, a Uint8Array, an object', 'write body: await blob.bytes()'],
    [7, 'must be a string, a Uint8Array, an object', "write body: '7'"],
    [null, 'must be a string, a Uint8Array, an object', undefined],
    [{ deep: [() => 1] }, 'must have a JSON form: it contains a function', undefined],
    [{ big: 1n }, 'must have a JSON form: ', undefined],
  ])('is rejected with a remedy if it is %o', (value, rule, remedy) => {
    expect(issueOf(value)).toMatchObject({
      rule: expect.stringMatching(`^${rule}`),
      ...(remedy !== undefined && { remedy }),
    })
  })

  test('must not contain files in a form', () => {
    const form = new FormData()
    form.set('file', new Blob(['a']), 'a.txt')
    const issue = { rule: 'must not contain files: a form may contain strings only' }
    expect(issueOf(form)).toMatchObject(issue)
    expect(issueOf(asPlainBody(form))).toMatchObject(issue)
  })
})
