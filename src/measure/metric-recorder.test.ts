import { describe, expect, test } from 'vitest'
import { MetricRecorder } from './metric-recorder.ts'

const big = 'a'.repeat(101)

function errorOf(...calls: readonly (readonly unknown[])[]): string {
  const recorder = new MetricRecorder()
  try {
    for (const [name, value, options] of calls) recorder.record(name, value, options, true)
    return 'accepted'
  } catch (error) {
    expect(error).toMatchObject({ code: 'ERR_LOAD_METRIC' })
    return String(error)
  }
}

describe('metric()', () => {
  test.each([[''], ['2nd'], ['cart size'], ['__proto__'], ['é'], [big], [undefined], [5]])(
    'rejects the name %j',
    (name) => {
      expect(errorOf([name, 1])).toMatch(/the name of a metric must be 1 to 100 letters, digits and underscores/)
    },
  )

  test.each([-1, Number.NaN, Infinity, 1.1e12, '5', 5n, undefined, null])('rejects the value %s', (value) => {
    expect(errorOf(['size', value])).toMatch(/the value of metric\('size', …\) must be a number from 0 to 1e12, got /)
  })

  test.each([0, 1e-9, 0.25, 1e12])('accepts the value %d', (value) => {
    expect(errorOf(['size', value], ['constructor', value, {}], ['toString', value, { unit: '%' }])).toBe('accepted')
  })

  test('states the value, the rule and the remedy', () => {
    expect(errorOf(['size', 1e15])).toMatchInlineSnapshot(`
      "LoadError: the value of metric('size', …) must be a number from 0 to 1e12, got 1000000000000000
          → use a larger unit"
    `)
    expect(errorOf(['size', 1, 'items'])).toMatchInlineSnapshot(`
      "LoadError: metric('size', …) takes an options object, got 'items'
          → write { unit: 'items' }"
    `)
    expect(errorOf(['size', 1, { units: 'items' }])).toMatchInlineSnapshot(`
      "LoadError: metric('size', …) has no option 'units'
          → did you mean unit?"
    `)
    expect(errorOf(['size', 1, { unit: '' }])).toMatchInlineSnapshot(`
      "LoadError: the unit of metric('size', …) must be a text of 1 to 30 characters on one line, got ''
          → write { unit: 'items' }"
    `)
    expect(errorOf(['size', 1, { unit: 'two\nlines' }])).toContain('on one line')
    expect(errorOf(['size', 1, null])).toContain("metric('size', …) takes an options object, got null")
  })

  test('rejects a second unit of a name, but not a call without one', () => {
    expect(errorOf(['size', 1, { unit: 'kB' }], ['size', 1], ['size', 1, { unit: 'kB' }])).toBe('accepted')
    expect(errorOf(['size', 1], ['size', 1, { unit: 'kB' }], ['size', 1, { unit: 'MB' }])).toMatchInlineSnapshot(`
      "LoadError: metric('size', …) has the unit 'MB' here and 'kB' in an earlier call
          → convert the value, or use another name"
    `)
  })

  test('accepts 100 names, and no more', () => {
    const calls = Array.from({ length: 100 }, (_, i) => [`name_${i}`, 1])
    expect(errorOf(...calls, ['name_7', 2])).toBe('accepted')
    expect(errorOf(...calls, ['name_100', 1])).toMatchInlineSnapshot(`
      "LoadError: metric('name_100', …) is one name too many: a run has at most 100
          → use few names that do not depend on data such as user ids"
    `)
  })
})

test('returns the values since the last time, without those that do not count', () => {
  const recorder = new MetricRecorder()
  expect(recorder.take()).toBeUndefined()
  recorder.record('size', 3, { unit: 'items' }, true)
  recorder.record('size', 5, undefined, true)
  recorder.record('size', 100, undefined, false)
  expect(() => recorder.record('size', -1, undefined, false)).toThrow(/from 0 to 1e12/)
  expect(recorder.take()).toMatchObject({ size: { unit: 'items', values: { count: 2, sum: 8, min: 3, max: 5 } } })
  expect(recorder.take()).toBeUndefined()
})
