import { expect, test } from 'vitest'
import { environment, recordOf, resultOf } from './run-record.builder.ts'
import { runRecords } from './run-records.ts'
import type { TestedLoad } from './run-records.ts'
import { textReport } from './text-report.ts'

const report = textReport({
  fileName: 'users.txt',
  suite: 'capacity',
  result: ({ expectedUsers }) => `The target serves ${expectedUsers} users.`,
  body: (run) => ['', `${run.results.length} run`],
})

function call(name: string, findings: unknown, suite = 'capacity'): TestedLoad {
  return { test: name, record: recordOf({ suite, findings }) }
}

function textOf(...loads: readonly TestedLoad[]): string | undefined {
  return report.render(runRecords(loads, environment))
}

test('renders one run as one page', () => {
  expect(textOf(call('shop', { expectedUsers: 3 }))).toMatchInlineSnapshot(`
    "================================================================================
    capacity: shop
    ================================================================================
    started   2026-11-23 17:30:00 UTC, took 30 s
    target    http://127.0.0.1:3000/
    machine   node 24.21.0, Linux 6.1.0, 2 CPUs, 7 936 MB, commit 0123456789ab
    result    The target serves 3 users.

    1 run
    "
  `)
})

test('renders several runs as one text, with the name of each in its title', () => {
  expect(textOf(call('shop', { expectedUsers: 3 }), call('cart', { expectedUsers: 5 }))).toMatchInlineSnapshot(`
    "================================================================================
    capacity: shop
    ================================================================================
    started   2026-11-23 17:30:00 UTC, took 30 s
    target    http://127.0.0.1:3000/
    machine   node 24.21.0, Linux 6.1.0, 2 CPUs, 7 936 MB, commit 0123456789ab
    result    The target serves 3 users.

    1 run

    ================================================================================
    capacity: cart
    ================================================================================
    started   2026-11-23 17:30:00 UTC, took 30 s
    target    http://127.0.0.1:3000/
    machine   node 24.21.0, Linux 6.1.0, 2 CPUs, 7 936 MB, commit 0123456789ab
    result    The target serves 5 users.

    1 run
    "
  `)
})

test('shows each target of a run on a separate line', () => {
  const results = ['http://127.0.0.1:3000/', 'ws://127.0.0.1:3001/'].map((url) =>
    resultOf({ target: { url, pids: [], samples: [] } }),
  )
  const record = recordOf({ suite: 'capacity', findings: { expectedUsers: 3 }, results })
  expect(textOf({ test: 'shop', record })).toContain(
    'target    http://127.0.0.1:3000/\n          ws://127.0.0.1:3001/\nmachine',
  )
})

test('ignores other suites and runs without findings', () => {
  const one = textOf(call('shop', { expectedUsers: 3 }))
  expect(
    textOf(call('stopped', null), call('shop', { expectedUsers: 3 }), call('shop', { expectedUsers: 4 }, 'other')),
  ).toBe(one)
  expect(
    textOf(call('stopped', null), call('other', { trials: [] }), call('shop', { expectedUsers: 4 }, 'other')),
  ).toBe(undefined)
})

test('ends with the requests that no figure includes, by what sent them', () => {
  const load = call('shop', { expectedUsers: 3 })
  const text = textOf({
    ...load,
    record: {
      ...load.record,
      unlisted: [
        { sentBy: 'warm-up', protocol: 'http', operation: 'read', requests: 1_200 },
        { sentBy: 'unlisted run', protocol: 'http', operation: 'read', requests: 40 },
        { sentBy: 'unlisted run', protocol: 'http', operation: 'write', requests: 2 },
      ],
    },
  })
  expect(text?.slice(text.indexOf('also sent'))).toMatchInlineSnapshot(`
    "also sent, but not included above
    ---------------------------------
    1 200 requests of warm-ups: 1 200 × read
    42 requests of runs that are not listed: 40 × read, 2 × write
    "
  `)
})
