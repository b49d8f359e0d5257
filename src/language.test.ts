import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const repository = join(import.meta.dirname, '..')

/** Phrases that plain technical English does not need, in any meaning. */
const PHRASES = [
  'nobody',
  'whoever',
  'to be had',
  'got through',
  'ran out',
  "of one's own",
  'held against',
  'itself again',
  'tells of',
] as const

/** Line breaks, comment marks and quotation marks between two words of a phrase. */
const BETWEEN = '[\\s*/#>]+'

const PHRASE = new RegExp(
  `(?<!\\w)(?:${PHRASES.map((phrase) => phrase.replaceAll(' ', BETWEEN).replaceAll("'", "\\\\?['’]")).join('|')})(?!\\w)`,
  'gi',
)

/** The Unix account without privileges. */
const ACCOUNT = "'-u', 'nobody'"

/** Returns each phrase in a text, with its line. */
function phrasesIn(text: string): readonly string[] {
  const prose = text.replaceAll(ACCOUNT, '')
  return [...prose.matchAll(PHRASE)].map(
    ({ 0: phrase, index }) => `${prose.slice(0, index).split('\n').length}: ${phrase}`,
  )
}

const texts = [
  '*.md',
  'reports/*.md',
  ...['src', 'suites', 'fixtures', 'examples', 'docs'].map((folder) => `${folder}/**/*.{ts,js,mjs,md,json}`),
]

test('no comment, string, test name or page contains a phrase that has a plainer form', () => {
  const files = globSync(texts, { cwd: repository, exclude: (path) => path.endsWith('node_modules') })
  expect(files).toEqual(
    expect.arrayContaining(['README.md', 'docs/architecture.md', 'src/index.ts', 'suites/limits/limits.load.test.ts']),
  )
  const found = files
    .filter((file) => join(repository, file) !== import.meta.filename)
    .flatMap((file) => phrasesIn(readFileSync(join(repository, file), 'utf8')).map((phrase) => `${file}:${phrase}`))
  expect(found).toEqual([])
})

test.each([
  ['// Nobody waits.', ['1: Nobody']],
  ['/**\n * A limit that got\n * through.\n */', ['2: got\n * through']],
  ["test('is itself again', run)", ['1: itself again']],
  ["'a pool of one\\'s own'", ["1: of one\\'s own"]],
  ["['-u', 'nobody']", []],
  ['the client drops outgoing requests', []],
])('finds the phrases in %j', (text, phrases) => {
  expect(phrasesIn(text)).toEqual(phrases)
})
