import { expect, test } from 'vitest'
import { environment, recordOf } from './run-record.builder.ts'
import { runRecords } from './run-records.ts'
import type { TestedLoad } from './run-records.ts'
import { textReport } from './text-report.ts'

const report = textReport<{ readonly users: number }>({
  fileName: 'users.txt',
  suite: 'users',
  key: 'users',
  title: ({ target }) => `users of ${target}`,
  body: (_run, { users }) => [`The target serves ${users} users.`],
})

function call(name: string, findings: unknown, suite = 'users'): TestedLoad {
  return { test: name, record: recordOf({ suite, findings }) }
}

function textOf(...loads: readonly TestedLoad[]): string | undefined {
  return report.render(runRecords(loads, environment))
}

test('renders one run as one page', () => {
  expect(textOf(call('shop', { users: 3 }))).toMatchInlineSnapshot(`
    "================================================================================
    users of http://127.0.0.1:3000/
    ================================================================================
    The target serves 3 users.
    "
  `)
})

test('renders several runs as one text, with the name of each in its heading', () => {
  expect(textOf(call('shop', { users: 3 }), call('cart', { users: 5 }))).toMatchInlineSnapshot(`
    "================================================================================
    users of http://127.0.0.1:3000/
    run 1 of 2: shop
    ================================================================================
    The target serves 3 users.

    ================================================================================
    users of http://127.0.0.1:3000/
    run 2 of 2: cart
    ================================================================================
    The target serves 5 users.
    "
  `)
})

test('ignores other suites and runs without findings', () => {
  const one = textOf(call('shop', { users: 3 }))
  expect(textOf(call('stopped', null), call('shop', { users: 3 }), call('shop', { users: 4 }, 'other'))).toBe(one)
  expect(textOf(call('stopped', null), call('other', { trials: [] }), call('shop', { users: 4 }, 'other'))).toBe(
    undefined,
  )
})
