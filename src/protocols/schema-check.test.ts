import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { isStandardSchema } from '../model/standard-schema.ts'
import { failureOf } from './mcp/reply-rule.ts'
import { schemaFailure, textSchemaFailure } from './schema-check.ts'

const withValidate = (validate: (value: unknown) => unknown) => ({
  '~standard': { version: 1 as const, vendor: 'test', validate },
})

describe.each([
  ['zod', z.object({ items: z.array(z.object({ id: z.number() })) }), z.string().refine(async () => true)],
  [
    'valibot',
    v.object({ items: v.array(v.object({ id: v.number() })) }),
    v.pipeAsync(
      v.string(),
      v.checkAsync(async () => true),
    ),
  ],
] as const)('a schema of %s', (_, schema, asynchronous) => {
  test('accepts a value that matches, and names the path of one that does not', () => {
    expect(isStandardSchema(schema)).toBe(true)
    expect(schemaFailure(schema, { items: [{ id: 1 }] })).toBeUndefined()
    expect(schemaFailure(schema, { items: [{ id: 1 }, { id: 'x' }] })).toMatch(
      /^the response does not match the schema: items\.1\.id: .*number/,
    )
    expect(textSchemaFailure(schema, '{"items":[]}', 'body')).toBeUndefined()
    expect(textSchemaFailure(schema, '\uFEFF{"items":[]}', 'body')).toBeUndefined()
    expect(textSchemaFailure(schema, 'ok', 'message')).toBe("expected a JSON message, got 'ok'")
  })

  test('is rejected if it is asynchronous', () => {
    expect(schemaFailure(asynchronous, 'a')).toMatch(/a check cannot wait|threw/)
  })
})

test('a schema may be a function, have no path, throw, or reject', () => {
  const callable = Object.assign(
    () => true,
    withValidate(() => ({ issues: [{ message: 'no' }, { message: 'never' }] })),
  )
  expect(isStandardSchema(callable)).toBe(true)
  expect(schemaFailure(callable, 1)).toBe('the response does not match the schema: no (and 1 more)')
  const failing = (validate: (value: unknown) => unknown) => schemaFailure(withValidate(validate), 1)
  expect(failing(() => ({ issues: [{ message: 'no', path: [{ key: 'a' }, 0] }] }))).toContain('schema: a.0: no')
  expect(failing(() => ({ issues: [undefined] }))).toContain('schema: it has an issue')
  expect(failing(() => Promise.reject(new Error('late')))).toContain('use a synchronous schema')
  expect(
    failing(() => {
      throw new RangeError('broken')
    }),
  ).toBe('the schema of the check threw: broken')
})

test.each([[() => true], [{}], [null], ['~standard'], [{ '~standard': {} }]])('%s is no schema', (value) => {
  expect(isStandardSchema(value)).toBe(false)
})

test('of an MCP result with structured content, only that is checked', () => {
  const check = z.object({ sum: z.number() })
  const replied = (result: object) => failureOf({ result }, '', { nonce: undefined, check })
  expect(replied({ content: [], structuredContent: { sum: 3 } })).toBeUndefined()
  expect(replied({ sum: 3 })).toBeUndefined()
  expect(replied({ content: [], structuredContent: { sum: '3' } })).toMatchObject({ errorClass: 'check' })
  expect(replied({ sum: 3, isError: true })).toMatchObject({ errorClass: 'tool-error' })
})
