import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { LoadPlanError } from '../model/errors.ts'
import type { ResolvedFeed } from '../plan/resolved-plan.ts'
import { loadFeeds } from './feed-files.ts'

async function fileOf(name: string, content: string | Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'feeds-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, name), content)
  return join(folder, name)
}

const feedOf = (file: string, pick: ResolvedFeed['pick'] = 'sequential'): ResolvedFeed => ({
  source: { file },
  pick,
  secret: false,
})

/** Returns the message about invalid feeds. */
async function reported(feeds: Readonly<Record<string, ResolvedFeed>>, positions = 0): Promise<string> {
  const error: unknown = await loadFeeds(feeds, () => positions).catch((reason: unknown) => reason)
  if (error instanceof LoadPlanError) return error.message
  throw new TypeError('no LoadPlanError')
}

test('reads every feed, from files of each kind and from the plan itself', async () => {
  const feeds = {
    user: feedOf(await fileOf('users.csv', 'email,name\na@x.org,Ann\n'), 'random'),
    order: feedOf(relative(process.cwd(), await fileOf('orders.json', '[{"id":1},{"id":2}]'))),
    click: feedOf(await fileOf('clicks.ndjson', '{"x":1}\n')),
    own: { source: { records: [{ a: 1 }] }, pick: 'unique', secret: ['a'] },
  } as const
  expect(await loadFeeds(feeds, () => 1)).toEqual({
    user: { records: [{ email: 'a@x.org', name: 'Ann' }], pick: 'random', secret: false },
    order: { records: [{ id: 1 }, { id: 2 }], pick: 'sequential', secret: false },
    click: { records: [{ x: 1 }], pick: 'sequential', secret: false },
    own: { records: [{ a: 1 }], pick: 'unique', secret: ['a'] },
  })
})

test('reports the full path of a missing file', async () => {
  expect(await reported({ user: feedOf('fixtures/no-such/users.csv') })).toBe(
    `feeds.user.file must be a readable file: ${join(process.cwd(), 'fixtures/no-such/users.csv')} does not exist, got 'fixtures/no-such/users.csv'
    → write new URL('./users.csv', import.meta.url) for a file next to the test`,
  )
})

test('reports every mistake in every file, with its line and without its content', async () => {
  const feeds = {
    user: feedOf(await fileOf('users.csv', 'email,password\na@x.org,hunter2\nb@x.org\n')),
    order: feedOf(await fileOf('orders.ndjson', '{"id":1}\n{"password":"hunter2"\n')),
    latin: feedOf(await fileOf('latin.csv', Buffer.from('name\nJosé\n', 'latin1'))),
  }
  const message = await reported(feeds)
  expect(message).toContain('feeds.user.file must be CSV: line 3 has more or fewer fields than the first line')
  expect(message).toContain('feeds.order.file must have a JSON object on each line: line 2 is not one')
  expect(message).toContain('feeds.latin.file must be text in UTF-8, and ')
  expect(message).not.toContain('hunter2')
})

test('rejects a secret field that the records do not have, because its values would stay visible', async () => {
  const file = await fileOf('users.csv', 'email,password\na@x.org,hunter2\n')
  const message = await reported({ user: { ...feedOf(file), secret: ['email', 'pasword'] } })
  expect(message).toBe(`feeds.user.secret must name fields of the records, got 'pasword'
    → did you mean 'password'?`)
})

test('requires a record for each arrival from a unique feed, and reports how many are missing', async () => {
  const feed = { user: { source: { records: [{ a: 1 }, { a: 2 }] }, pick: 'unique', secret: false } } as const
  expect(await loadFeeds(feed, () => 2)).toHaveProperty('user.pick', 'unique')
  expect(await reported(feed, 15_000)).toBe(
    `feeds.user must have 15 000 records, one for each arrival, because pick is 'unique', got 2
    → add 14 998 records, or write pick: 'sequential', which starts again after the last record`,
  )
})

test('rejects a unique feed in the closed model, which has no fixed number of requests', async () => {
  const feed = { user: { source: { records: [{ a: 1 }] }, pick: 'unique', secret: false } } as const
  expect(await reported(feed, Number.POSITIVE_INFINITY)).toBe(
    `feeds.user.pick cannot be unique together with \`concurrency\`: the number of requests is not known in advance, got 'unique'
    → write pick: 'sequential', which starts again after the last record`,
  )
})
