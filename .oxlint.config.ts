import { defineConfig } from 'oxlint'
import type { DummyRuleMap, OxlintConfig } from 'oxlint'

/** Which rooms each room of `src/` may know: what stands below never knows what stands above. */
const knows = {
  model: [],
  wording: ['model'],
  plan: ['model'],
  protocols: ['model'],
  traffic: ['model'],
  measure: ['model', 'wording'],
  judge: ['model', 'wording'],
  report: ['model', 'wording'],
  run: ['model', 'wording', 'plan', 'protocols', 'traffic', 'measure', 'judge', 'report'],
  hosts: ['model', 'wording', 'plan', 'protocols', 'traffic', 'measure', 'judge', 'report', 'run'],
  assessments: ['model', 'wording', 'plan', 'protocols', 'traffic', 'measure', 'judge', 'report', 'run', 'hosts'],
} as const satisfies Record<string, readonly string[]>

type Room = keyof typeof knows

const rooms = Object.keys(knows) as Room[]
const doors = ['index', 'vitest', 'plugin', 'reporter', 'conformance', 'cli', 'command']
const tests = ['test', 'conformance', 'fixture', 'builder', 'test-d']

interface Forbidden {
  readonly regex: string
  readonly message: string
}

const TEST_RUNNER = { regex: '^(?:vitest|vite)(?:/|$)', message: 'Only `hosts` and the doors know a test runner.' }
const DISK = { regex: '^node:fs(?:/|$)', message: 'Here only `report/write.ts` and `measure/monitor` touch the disk.' }

/** Imports are relative and end with `.ts`, so a room shows by its name after the climb. */
function boundaries(room: Room, alsoNot: readonly Forbidden[] = []): DummyRuleMap {
  const known: readonly string[] = knows[room]
  const unknown = rooms.filter((other) => other !== room && !known.includes(other))
  const allowed = known.length === 0 ? 'no other room' : known.map((other) => `\`${other}\``).join(', ')
  const patterns = [
    ...unknown.map((other) => ({
      // A plan is compiled to a schedule, so `plan` may read patterns and arrivals.
      regex: `^(?:\\.\\./)+${other}/${room === 'plan' && other === 'traffic' ? '(?!(?:patterns|arrivals)/)' : ''}`,
      message: `\`${room}\` may import ${allowed}; rooms side by side meet through \`model\`.`,
    })),
    { regex: `^(?:\\.\\./)+(?:${doors.slice(1).join('|')})\\.ts$`, message: 'Doors import rooms, never the reverse.' },
    ...alsoNot,
  ]
  return { 'eslint/no-restricted-imports': ['error', { patterns }] }
}

/** Below `run` nothing knows the disk, below `hosts` nothing knows a test runner. */
function outsideWorld(room: Room): readonly Forbidden[] {
  if (room === 'hosts') return []
  return room === 'run' || room === 'assessments' ? [TEST_RUNNER] : [TEST_RUNNER, DISK]
}

const config: OxlintConfig = defineConfig({
  plugins: ['eslint', 'typescript', 'unicorn', 'oxc', 'import', 'promise', 'node', 'vitest'],
  categories: { correctness: 'error', suspicious: 'error', perf: 'error' },
  options: { typeAware: true },
  env: { builtin: true, node: true },
  ignorePatterns: ['node_modules', 'dist', 'reports', 'coverage'],
  rules: {
    'eslint/eqeqeq': 'error',
    'eslint/max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
    'eslint/no-console': 'error',
    'eslint/no-var': 'error',
    'eslint/prefer-const': 'error',
    'import/no-cycle': 'error',
    'import/no-default-export': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/prefer-readonly': 'error',
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],

    // What is done one after the other here is meant so: trials, connection attempts, waits.
    'eslint/no-await-in-loop': 'off',
    // TypeScript's own check of switches and returns is stricter and knows unions.
    'typescript/consistent-return': 'off',
    // Factories return objects whose methods never use `this`.
    'typescript/unbound-method': 'off',
    // JSON and plans come in as `unknown` and are named once they are checked.
    'typescript/no-unsafe-type-assertion': 'off',
    'typescript/no-unnecessary-type-parameters': 'off',
    'typescript/no-generated-empty-object-type': 'off',
    'import/no-named-as-default-member': 'off',
    // A local helper stands where it is used.
    'unicorn/consistent-function-scoping': 'off',
    // Lengths are known ahead on hot paths.
    'unicorn/no-new-array': 'off',
    // That is for windows; here messages go to worker threads.
    'unicorn/require-post-message-target-origin': 'off',
    'promise/always-return': 'off',
    // What is sorted in place is a copy that was just made.
    'unicorn/no-array-sort': 'off',
    'unicorn/no-array-reverse': 'off',
    // The second is the message that a failure begins with.
    'vitest/valid-expect': ['error', { maxArgs: 2 }],
    // Property tests and shared conformance suites hold their expectations in functions.
    'vitest/expect-expect': 'off',
    'vitest/no-conditional-expect': 'off',
  },
  overrides: [
    ...rooms.map((room) => ({ files: [`src/${room}/**`], rules: boundaries(room, outsideWorld(room)) })),
    { files: ['src/report/write.ts'], rules: boundaries('report', [TEST_RUNNER]) },
    { files: ['src/measure/monitor/**'], rules: boundaries('measure', [TEST_RUNNER]) },
    ...rooms.map((room) => ({ files: tests.map((kind) => `src/${room}/**/*.${kind}.ts`), rules: boundaries(room) })),
    {
      files: ['src/report/**', 'src/hosts/**', 'src/assessments/**', 'fixtures/**', 'docs/**', 'examples/**'],
      rules: { 'eslint/no-console': 'off' },
    },
    {
      files: ['**/*.config.ts', 'src/reporter.ts', 'fixtures/modules/**', 'examples/journey/buy.ts'],
      rules: { 'import/no-default-export': 'off' },
    },
  ],
})

export default config
