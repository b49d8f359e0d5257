import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readArguments } from '../src/hosts/command/arguments.ts'
import { evenBatches, resultOf } from '../src/judge/result.builder.ts'
import { mix } from '../src/plan/mix.ts'
import { resolvePlan } from '../src/plan/resolve-plan.ts'
import type { WrittenPlan } from '../src/plan/load-plan.ts'
import { tcp } from '../src/protocols/tcp/index.ts'
import { vocabulary } from '../src/run/vocabulary.ts'
import { constant, rampUp, sequence } from '../src/traffic/patterns/index.ts'
import { blocksOf } from './blocks.fixture.ts'

const repository = join(import.meta.dirname, '..')
const SUITES = ['unit', 'scenarios', 'limits', 'protocols', 'mcp-stress', 'capacity']

interface NamedTest {
  readonly file: string
  readonly title: string
}

interface Row {
  readonly feature: string
  /** The code of the second column. */
  readonly uses: readonly string[]
  readonly tests: readonly NamedTest[]
}

function read(file: string): string {
  return readFileSync(join(repository, file), 'utf8')
}

function rowsOf(page: string): readonly Row[] {
  const lines = page.split('\n').filter((line) => line.startsWith('| ') && !/^\| (?:---|feature \|)/.test(line))
  return lines.map((line) => {
    const [, feature = '', use = '', tests = ''] = line.split(/(?<!\\) ?\| ?/)
    return {
      feature,
      uses: [...use.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code),
      tests: tests.split('<br>').map((cell) => {
        const [, file = '', title = ''] = /^`([^`]+)` (.+)$/.exec(cell.trim()) ?? []
        return { file, title }
      }),
    }
  })
}

/** Returns the titles of the tests of a file as its code has them: the first argument of a call with a function. */
function titlesIn(file: string): ReadonlySet<string> {
  const calls = read(file).matchAll(/\(\s*(['"`])((?:(?!\1)[^\\\n]|\\.)+)\1,\s*(?:\{[^}]*\},\s*)?(?:async\s*)?\(/g)
  return new Set([...calls].map(([, , title = '']) => title.replaceAll(/\\(?=['"`])/g, '')))
}

const rows = rowsOf(read('docs/features.md'))

test('every row has a test that exists', () => {
  expect(rows.length).toBeGreaterThan(90)
  const missing = rows.flatMap(({ feature, tests }) =>
    tests
      .filter(({ file, title }) => file === '' || !existsSync(join(repository, file)) || !titlesIn(file).has(title))
      .map(({ file, title }) => `${feature}: ${file} ${title}`),
  )
  expect(missing).toEqual([])
})

test.each([
  ['| a | `x` | `docs/features.test.ts` every row has a test that exists |', true],
  ['| a | `x` | `docs/features.test.ts` every row has a test |', false],
  ['| a | `x` | |', false],
])('finds the test of %s: %s', (line, isThere) => {
  const [row] = rowsOf(line)
  const [named = { file: '', title: '' }] = row?.tests ?? []
  expect(named.file !== '' && titlesIn(named.file).has(named.title)).toBe(isThere)
})

const BUILDERS = { constant, mix, rampUp, sequence, tcp }
/** A row shows only the keys that it is about. */
const OTHERS: readonly WrittenPlan[] = [
  {},
  { rate: 20, duration: '60s' },
  { duration: '60s' },
  { rate: 20, duration: '60s', workload: 'balanced' },
]

/** Throws where no completion of the keys is a valid plan. */
function check(keys: string): void {
  // oxlint-disable-next-line no-implied-eval -- the code is that of the page
  const evaluated = new Function(...Object.keys(BUILDERS), `return { ${keys} }`) as (...all: unknown[]) => WrittenPlan
  const plan = evaluated(...Object.values(BUILDERS))
  const issues = OTHERS.flatMap((others) => {
    try {
      const target = plan.workload === undefined ? '#embedded' : ''
      resolvePlan({ target: `http://127.0.0.1:3000/${target}`, ...others, ...plan }, vocabulary, { seed: undefined })
      return []
    } catch (error) {
      return [error]
    }
  })
  if (issues.length === OTHERS.length) throw issues[1]
}

const uses = rows.flatMap((row) => row.uses)

describe('the second column', () => {
  test.each(uses.filter((code) => /^\w+: /.test(code)))('is a valid part of a plan: %s', (code) => {
    expect(() => check(code)).not.toThrow()
  })

  test('has commands that describe-load understands', () => {
    const commands = uses.filter((code) => code.startsWith('npx describe-load '))
    expect(commands.length).toBeGreaterThan(20)
    const asked = commands.map((command) => {
      const [, , ...words] = [...command.matchAll(/'([^']*)'|\S+/g)].map(([word, quoted]) => quoted ?? word)
      return readArguments(words, SUITES)
    })
    expect(asked.filter(({ kind }) => kind !== 'run')).toEqual([])
  })
})

test('a result has every figure of the table', () => {
  const result: unknown = resultOf({ batches: evenBatches(40, 20, () => 5) })
  const paths = uses.filter((code) => code.startsWith('result.')).map((code) => code.split('.').slice(1))
  expect(paths.length).toBeGreaterThan(12)
  for (const path of paths) {
    const value = path.reduce((parent: unknown, key) => (parent as Record<string, unknown> | undefined)?.[key], result)
    expect(value, path.join('.')).toBeDefined()
  }
})

test('the page about good practice has plans that are valid', () => {
  const plans = blocksOf('docs/good-practice.md', read('docs/good-practice.md'))
    .filter(({ language }) => language === 'ts')
    .flatMap(({ text }) => [...text.matchAll(/^loadTest\('[^']+', \{ (.*) \}, /gm)].map(([, keys = '']) => keys))
  expect(plans.length).toBeGreaterThan(2)
  for (const keys of plans) expect(() => check(keys)).not.toThrow()
})
