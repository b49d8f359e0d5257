import { expect, test } from 'vitest'
import { ERROR_CLASSES } from '../../../model/error-class.ts'
import { PATTERN_NAMES } from '../../../traffic/patterns/index.ts'
import { groups } from './registry.ts'

const names = groups.flatMap(({ checks }) => checks.map(({ name }) => name))

/**
 * Classes that the suite does not provoke, as docs/suites.md says: the first two refuse a run before its first request,
 * the next one needs a server with a defect, and the last two a machine without free ports or file descriptors.
 */
const NOT_PROVOKED = ['dns', 'tls', 'misrouted', 'local-ports', 'local-files']

test('no two checks have the same name', () => {
  expect(new Set(names).size).toBe(names.length)
})

test('the checks cover every pattern, size, connection kind, protocol and kind of tracing', () => {
  expect(names).toEqual(
    expect.arrayContaining([
      ...[...PATTERN_NAMES, 'custom'].map((name) => `${name} pattern`),
      ...['small', 'medium', 'large', 'mixed', 'text', 'binary'].map((name) => `${name} messages`),
      ...['short-lived', 'long-lived', 'pooled'].map((name) => `${name} connections`),
      'reconnection',
      ...['HTTP', 'WebSocket', 'TCP', 'MCP over HTTP', 'MCP over stdio', 'a custom protocol'].map(
        (name) => `requests over ${name}`,
      ),
      ...['every request', 'no request', 'a share of the requests', 'the slowest requests'].map(
        (name) => `tracing of ${name}`,
      ),
    ]),
  )
})

test('the checks provoke 14 of the 19 classes of errors', () => {
  const provoked = names.flatMap((name) => /^errors of class (.+)$/.exec(name)?.[1] ?? [])
  expect([provoked.length, ERROR_CLASSES.length]).toEqual([14, 19])
  expect([...provoked, ...NOT_PROVOKED].toSorted()).toEqual([...ERROR_CLASSES].toSorted())
})
