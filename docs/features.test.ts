import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import * as conformance from '../src/conformance.ts'
import { readArguments } from '../src/hosts/command/arguments.ts'
import { planOfRun } from '../src/hosts/command/run-load.ts'
import { environmentValues } from '../src/hosts/environment/variables.ts'
import * as index from '../src/index.ts'
import * as matchers from '../src/judge/matchers/registry.ts'
import { evenBatches, resultOf } from '../src/judge/result.builder.ts'
import { mix } from '../src/plan/mix.ts'
import { resolvePlan } from '../src/plan/resolve-plan.ts'
import type { WrittenPlan } from '../src/plan/load-plan.ts'
import { mcp } from '../src/protocols/mcp/index.ts'
import * as plugin from '../src/plugin.ts'
import { tcp } from '../src/protocols/tcp/index.ts'
import * as artifacts from '../src/report/registry.ts'
import type { LoadRun } from '../src/run/index.ts'
import { vocabulary } from '../src/run/vocabulary.ts'
import { constant, rampUp, sequence } from '../src/traffic/patterns/index.ts'
import * as vitestEntry from '../src/vitest.ts'
import { blocksOf } from './blocks.fixture.ts'
import { unknownVitestOptions } from './vitest-options.fixture.ts'

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
  /** The second column links to a page instead. */
  readonly isLink: boolean
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
      isLink: /^\[[^\]]+\]\([^)]+\)$/.test(use.trim()),
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

const BUILDERS = { constant, mcp, mix, rampUp, sequence, tcp }
/** A row shows only the keys that it is about. */
const OTHERS: readonly WrittenPlan[] = [
  {},
  { rate: 20, duration: '60s' },
  { duration: '60s' },
  { rate: 20, duration: '60s', workload: 'balanced' },
]

function evaluate(code: string, known: object): unknown {
  // oxlint-disable-next-line no-implied-eval -- the code is that of the page
  const evaluated = new Function(...Object.keys(known), `return (${code})`) as (...values: unknown[]) => unknown
  return evaluated(...Object.values(known))
}

/** Throws where no completion of the keys is a valid plan. */
function check(keys: string): void {
  const plan = evaluate(`{ ${keys} }`, BUILDERS) as WrittenPlan
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

/** Names that the entry points of the package export. */
const EXPORTED: ReadonlySet<string> = new Set([index, vitestEntry, plugin, conformance].flatMap(Object.keys))
const FILES: ReadonlySet<string> = new Set(Object.values(artifacts).map(({ fileName }) => fileName))
const METHODS_OF_RUN: readonly string[] = ['metrics', 'stop'] satisfies (keyof LoadRun)[]
const batching = { batchSize: 10, sentAs: 'message', messagesSent: 80 } as const
const result = resultOf({ batches: evenBatches(40, 20, () => 5), rest: { batching } })

function wordsOf(command: string): readonly string[] {
  return [...command.matchAll(/'([^']*)'|\S+/g)].map(([word, quoted]) => quoted ?? word)
}

/** What the second column can have, and the check of each. */
const USES: readonly (readonly [RegExp, (code: string) => void])[] = [
  [/^\w+: /, check],
  [
    /^npx describe-load\b/,
    (code) => {
      const asked = readArguments(wordsOf(code).slice(2), SUITES, {})
      if (asked.kind !== 'run') throw new Error(JSON.stringify(asked))
      const values = environmentValues(asked.env)
      if (asked.suites[0] === 'run') resolvePlan(planOfRun(values, asked.options, undefined), vocabulary)
      // Under `all`, a suite ignores what it does not use.
      if (asked.suites.length === 1) expect(asked.notes).toEqual([])
    },
  ],
  [/^npx vitest\b/, (code) => expect(unknownVitestOptions(wordsOf(code))).toEqual([])],
  [
    /^result\./,
    (code) => {
      const [, ...path] = code.split('.')
      expect(path.reduce((parent: unknown, key) => (parent as Record<string, unknown>)[key], result)).toBeDefined()
    },
  ],
  [/^expect\(result\)\./, (code) => expect(matchers).toHaveProperty(/\.(\w+)\(/.exec(code)?.[1] ?? '')],
  [/^load\(/, (code) => void evaluate(code, { load: plugin.load })],
  [/^run\.\w+\(\)$/, (code) => expect(METHODS_OF_RUN).toContain(code.slice(4, -2))],
  [
    /^(?!load\(|expect\(|run\.)[\w.]+\(/,
    (code) => {
      const called = [...code.matchAll(/\b(\w+)\(/g)].map(([, name = '']) => name)
      expect(called.filter((name) => EXPORTED.has(name))).not.toEqual([])
    },
  ],
  [/^Load\w+$/, (code) => expect(EXPORTED).toContain(code)],
  [/^jq '.+' reports\//, (code) => expect(FILES).toContain(code.split('/').at(-1))],
  [/^describe-load\/schemas\//, (code) => expect(existsSync(join(repository, 'src', code.slice(14)))).toBe(true)],
  [/^OTEL_\w+$/, (code) => expect(read('docs/suites.md')).toContain(`\`${code}\``)],
]

const uses = new Set(rows.flatMap((row) => row.uses))

test('every row has a use', () => {
  expect(rows.filter((row) => row.uses.length === 0 && !row.isLink)).toEqual([])
})

test.each([...uses])('the second column is valid: %s', (code) => {
  const found = USES.filter(([kind]) => kind.test(code))
  expect(found).toHaveLength(1)
  for (const [, checkUse] of found) checkUse(code)
})

test.each([
  ['ratte: 5', 'ratte is not a key of a plan'],
  ['rate: -5', 'rate must be greater than 0'],
  ['npx describe-load limits --fast', 'unknown flag --fast'],
  ["npx describe-load scenarios -t http://127.0.0.1:3000 --operations '{'", '--operations'],
  ['npx describe-load run http://127.0.0.1:3000 --pattern brust', 'pattern'],
  ['npx vitest run --such-option', "'such-option'"],
  ['result.no.such', 'undefined'],
  ['expect(result).toBeFast()', 'toBeFast'],
  ["load({ artifacts: ['ctr'] })", 'ctr'],
  ['run.end()', "'end'"],
  ['nothing(1)', '[]'],
  ['LoadErr', "'LoadErr'"],
  ["jq '.results' reports/missing.json", "'missing.json'"],
  ['describe-load/schemas/missing.json', 'false'],
  ['OTEL_MISSING', 'OTEL_MISSING'],
])('finds the mistake in %s', (code, message) => {
  const found = USES.filter(([kind]) => kind.test(code))
  expect(found).toHaveLength(1)
  for (const [, checkUse] of found) expect(() => checkUse(code)).toThrow(message)
})

test('the page about good practice has plans that are valid', () => {
  const plans = blocksOf('docs/good-practice.md', read('docs/good-practice.md'))
    .filter(({ language }) => language === 'ts')
    .flatMap(({ text }) => [...text.matchAll(/^loadTest\('[^']+', \{ (.*) \}, /gm)].map(([, keys = '']) => keys))
  expect(plans.length).toBeGreaterThan(2)
  for (const keys of plans) expect(() => check(keys)).not.toThrow()
})
