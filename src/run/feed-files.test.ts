import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { LoadPlanError } from '../model/errors.ts'
import type { ResolvedFeed } from '../model/plan.ts'
import { loadFeeds } from './feed-files.ts'

async function fileOf(name: string, content: string | Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'feeds-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, name), content)
  return join(folder, name)
}

const feedOf = (file: string, pick: ResolvedFeed['pick'] = 'sequential'): ResolvedFeed => ({ source: { file }, pick })

/** What is said about feeds that will not do. */
async function told(feeds: Readonly<Record<string, ResolvedFeed>>, positions = 0): Promise<string> {
  const error: unknown = await loadFeeds(feeds, () => positions).catch((reason: unknown) => reason)
  if (error instanceof LoadPlanError) return error.message
  throw new TypeError('no LoadPlanError')
}

test('every feed is read, from files of each kind and from the plan itself', async () => {
  const feeds = {
    user: feedOf(await fileOf('users.csv', 'email,name\na@x.org,Ann\n'), 'random'),
    order: feedOf(relative(process.cwd(), await fileOf('orders.json', '[{"id":1},{"id":2}]'))),
    click: feedOf(await fileOf('clicks.ndjson', '{"x":1}\n')),
    own: { source: { records: [{ a: 1 }] }, pick: 'unique' },
  } as const
  expect(await loadFeeds(feeds, () => 1)).toEqual({
    user: { records: [{ email: 'a@x.org', name: 'Ann' }], pick: 'random' },
    order: { records: [{ id: 1 }, { id: 2 }], pick: 'sequential' },
    click: { records: [{ x: 1 }], pick: 'sequential' },
    own: { records: [{ a: 1 }], pick: 'unique' },
  })
})

test('a file that is not there is named by where it was looked for', async () => {
  expect(await told({ user: feedOf('fixtures/no-such/users.csv') })).toBe(
    `feeds.user.file must be a file that can be read: ${join(process.cwd(), 'fixtures/no-such/users.csv')} does not exist, got 'fixtures/no-such/users.csv'
    → write new URL('./users.csv', import.meta.url) for a file beside the test`,
  )
})

test('every mistake in every file is told, with its line and without what stands there', async () => {
  const feeds = {
    user: feedOf(await fileOf('users.csv', 'email,password\na@x.org,hunter2\nb@x.org\n')),
    order: feedOf(await fileOf('orders.ndjson', '{"id":1}\n{"password":"hunter2"\n')),
    latin: feedOf(await fileOf('latin.csv', Buffer.from('name\nJosé\n', 'latin1'))),
  }
  const message = await told(feeds)
  expect(message).toContain('feeds.user.file must be CSV: line 3 has more or fewer fields than the first line')
  expect(message).toContain('feeds.order.file must have a JSON object on each line: line 2 is not one')
  expect(message).toContain('feeds.latin.file must be text in UTF-8, and ')
  expect(message).not.toContain('hunter2')
})

test('a unique feed needs a record for each arrival, and says how many are missing', async () => {
  const feed = { user: { source: { records: [{ a: 1 }, { a: 2 }] }, pick: 'unique' } } as const
  expect(await loadFeeds(feed, () => 2)).toHaveProperty('user.pick', 'unique')
  expect(await told(feed, 15_000)).toBe(
    `feeds.user must hold 15000 records, one for each arrival, to be unique, got 2
    → add 14998 records, or write pick: 'sequential', which begins anew after the last record`,
  )
})

test('a unique feed does not go with the closed model, which has no number of requests', async () => {
  const feed = { user: { source: { records: [{ a: 1 }] }, pick: 'unique' } } as const
  expect(await told(feed, Number.POSITIVE_INFINITY)).toBe(
    `feeds.user.pick cannot be unique beside \`concurrency\`: how many requests there will be is not known before, got 'unique'
    → write pick: 'sequential', which begins anew after the last record`,
  )
})
