import { describe, expect, test } from 'vitest'
import { readDeclaration } from './declaration.ts'

const body = (): void => {}
const read = (...given: readonly unknown[]) => readDeclaration("loadTest('x', …)", given)

describe('reading a declaration', () => {
  test('a body without other arguments has no plan', () => {
    expect(read(body)).toEqual({ planOf: undefined, options: undefined, body })
  })

  test('separates the host’s options from the plan', () => {
    const { planOf, options } = read({ rate: 5, test: { tags: ['slow'] } }, body)
    expect(planOf?.()).toEqual({ rate: 5 })
    expect(options).toEqual({ tags: ['slow'] })
  })

  test('accepts an empty plan, which inherits everything', () => {
    expect(read({}, body).planOf?.()).toEqual({})
  })

  test('options alone are not a plan', () => {
    expect(read({ test: { timeout: 5 } }, body).planOf).toBeUndefined()
  })

  test('accepts a plan function of the case', () => {
    expect(read((rate: number) => ({ rate }), body).planOf?.(7)).toEqual({ rate: 7 })
  })

  test.each([
    [[], 'needs a function as its last argument, got undefined'],
    [[{ rate: 5 }], 'needs a function as its last argument, got object'],
    [['5s', body], 'needs a plan (an object) before its body, got string'],
    [[null, body], 'needs a plan (an object) before its body, got null'],
  ])('rejects %j', (given, message) => {
    expect(() => read(...given)).toThrow(new TypeError(`loadTest('x', …) ${message}`))
  })
})
