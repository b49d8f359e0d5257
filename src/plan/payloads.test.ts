import { describe, expect, it, test } from 'vitest'
import type { PlanIssue } from '../model/errors.ts'
import { readBatchSize, readFeeds, readMessageFormat, readMessageSize } from './payloads.ts'
import type { Reader } from '../model/readers.ts'

/** Returns `key rule → remedy` of every issue. */
function reported(read: Reader<unknown>, value: unknown, key: string): readonly string[] {
  const issues: PlanIssue[] = []
  const result = read(value, key, issues)
  expect(result === undefined).toBe(issues.length > 0)
  return issues.map((issue) => `${issue.key} ${issue.rule}${issue.remedy === undefined ? '' : ` → ${issue.remedy}`}`)
}

describe('messageSize', () => {
  it.each([
    'small',
    'medium',
    'large',
    'mixed',
    1,
    2 ** 30,
    { from: 16, to: 17 },
    { from: 100, to: 200, spread: 'uniform' },
    [
      { size: 'small', weight: 9 },
      { size: [{ size: { from: 1, to: 9 }, weight: 1 }], weight: 0.5 },
    ],
  ])('accepts %j unchanged', (size) => {
    expect(readMessageSize(size, 'messageSize', [])).toEqual(size)
  })

  it.each([
    ['smal', "messageSize must be 'small', 'medium', 'large', 'mixed' → did you mean 'small'?"],
    [
      true,
      "messageSize must be 'small', 'medium', 'large', 'mixed' → or a number of bytes, { from, to }, or [{ size, weight }, …]",
    ],
    ['64 KiB', 'messageSize must be a number of bytes, or a name → write messageSize: 65536'],
    ['1.5mb', 'messageSize must be a number of bytes, or a name → write messageSize: 1572864'],
    ['100', 'messageSize must be a number of bytes, or a name → write messageSize: 100'],
    [0, 'messageSize must be a whole number of at least 1 and at most 1073741824'],
    [1.5, 'messageSize must be a whole number of at least 1 and at most 1073741824'],
    [Number.NaN, 'messageSize must be a finite number'],
    [{ from: 10 }, 'messageSize.to must be given → write messageSize: { from: 1_024, to: 65_536 }'],
    [
      { from: 10, to: 10 },
      'messageSize.to must be greater than `from`, because `to` is excluded → write messageSize: 10',
    ],
    [{ from: 10, to: 5 }, 'messageSize.to must be greater than `from`, because `to` is excluded'],
    [{ from: 1, to: 9, spread: 'even' }, "messageSize.spread must be 'log-uniform' or 'uniform'"],
    [{ from: 1, to: 9, step: 2 }, 'messageSize.step is not a key of a range → expected one of: from, to, spread'],
    [
      [],
      "messageSize must list at least one size → write messageSize: [{ size: 'small', weight: 9 }, { size: 'medium', weight: 1 }]",
    ],
    [
      ['small'],
      "messageSize[0] must be an object with `size` and `weight` → write messageSize: [{ size: 'small', weight: 9 }, { size: 'medium', weight: 1 }]",
    ],
    [[{ size: 10, weight: 0 }], 'messageSize[0].weight must be greater than 0'],
    [[{ size: [{ size: 'huge', weight: 1 }], weight: 1 }], /^messageSize\[0\]\.size\[0\]\.size must be 'small'/],
  ])('rejects %j', (size, message) => {
    expect(reported(readMessageSize, size, 'messageSize')).toEqual([
      typeof message === 'string' ? message : expect.stringMatching(message),
    ])
  })
})

test('accepts only text, binary and mixed as messageFormat', () => {
  for (const format of ['text', 'binary', 'mixed']) expect(readMessageFormat(format, 'messageFormat', [])).toBe(format)
  expect(reported(readMessageFormat, 'bin', 'messageFormat')).toEqual([
    "messageFormat must be 'text', 'binary', 'mixed' → did you mean 'binary'?",
  ])
})

test('accepts only positive integers as batchSize', () => {
  expect(readBatchSize(1, 'batchSize', [])).toBe(1)
  expect(reported(readBatchSize, 0, 'batchSize')).toEqual(['batchSize must be a whole number of at least 1'])
})

describe('feeds', () => {
  it('are read from files and from records, sequentially by default', () => {
    const feeds = {
      user: { file: './users.csv' },
      order: { file: new URL('file:///data/my%20orders.NDJSON'), pick: 'unique', secret: ['iban'] },
      own: { records: [{ id: 1 }], pick: 'random', secret: true },
    }
    expect(readFeeds(feeds, 'feeds', [])).toEqual({
      user: { source: { file: './users.csv' }, pick: 'sequential', secret: false },
      order: { source: { file: '/data/my orders.NDJSON' }, pick: 'unique', secret: ['iban'] },
      own: { source: { records: [{ id: 1 }] }, pick: 'random', secret: true },
    })
  })

  it.each([
    [
      ['users.csv'],
      "feeds must be an object of feeds → write feeds: { user: { file: new URL('./users.csv', import.meta.url) } }",
    ],
    [{ user: 'users.csv' }, 'feeds.user must be an object with `file` or `records` → a feed is { file: … }'],
    [
      { user: new URL('file:///a.csv') },
      'feeds.user must be an object with `file` or `records` → a feed is { file: … }',
    ],
    [{ user: {} }, 'feeds.user must have `file` or `records`'],
    [{ user: { file: 'a.csv', records: [{}] } }, 'feeds.user must have either `file` or `records`, not both'],
    [
      { user: { file: 'users.xlsx' } },
      'feeds.user.file must be a file whose name ends with .json, .ndjson, .jsonl or .csv',
    ],
    [
      { user: { file: new URL('http://x/users.csv') } },
      'feeds.user.file must be a file whose name ends with .json, .ndjson, .jsonl or .csv',
    ],
    [
      { user: { file: 'a.csv', pick: 'rand' } },
      "feeds.user.pick must be 'sequential', 'random', 'unique' → did you mean 'random'?",
    ],
    [
      { user: { flie: 'a.csv', file: 'a.csv' } },
      'feeds.user.flie is not a key of a feed → did you mean `feeds.user.file`?',
    ],
    [
      { user: { file: 'a.csv', secret: 'password' } },
      "feeds.user.secret must be true, false or a list of fields → write feeds.user.secret: ['password']",
    ],
    [{ user: { records: [] } }, 'feeds.user.records must be a list of at least one object'],
    [{ user: { records: [{ id: 1 }, 'hunter2'] } }, 'feeds.user.records[1] must be an object'],
    [
      { user: { records: [{ id: () => 1 }] } },
      'feeds.user.records[0] must be plain data: it is passed to the generator threads',
    ],
    [
      { user: { records: [{ id: 1 }, { address: { city: () => 1 } }] } },
      'feeds.user.records[1] must be plain data: it is passed to the generator threads',
    ],
    [{ user: { file: new URL('file://server/users.csv') } }, 'feeds.user.file must be a file on this machine'],
    [{ setup: { file: 'a.csv' } }, "feeds cannot name a feed 'setup': {{setup}} has another meaning"],
    [{ 'a.b': { file: 'a.csv' } }, 'feeds must name feeds with letters, digits, - and _, starting with a letter'],
  ])('rejects %j', (feeds, message) => {
    expect(reported(readFeeds, feeds, 'feeds')).toEqual([message])
  })

  it('shows no record in an issue', () => {
    const issues: PlanIssue[] = []
    const feeds = {
      user: { records: 'hunter2' },
      both: { file: 'a.csv', records: ['hunter2'] },
      list: [{ password: 'hunter2' }],
      text: { records: ['hunter2'] },
      misspelt: { record: [{ password: 'hunter2' }], file: 'a.csv' },
    }
    readFeeds(feeds, 'feeds', issues)
    readFeeds([{ password: 'hunter2' }], 'feeds', issues)
    expect(issues).toHaveLength(6)
    expect(JSON.stringify(issues)).not.toContain('hunter2')
  })
})
