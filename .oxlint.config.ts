import { defineConfig } from 'oxlint'
import type { DummyRuleMap, OxlintConfig } from 'oxlint'

/** Folders that each folder of `src/` may import. A lower folder never imports a higher one. */
const ALLOWED_IMPORTS = {
  model: [],
  demo: ['model'],
  wording: ['model'],
  plan: ['model', 'wording'],
  protocols: ['model'],
  traffic: ['model', 'wording'],
  measure: ['model', 'wording'],
  judge: ['model', 'wording'],
  report: ['model', 'wording'],
  run: ['model', 'wording', 'plan', 'protocols', 'traffic', 'measure', 'judge', 'report'],
  hosts: ['model', 'demo', 'wording', 'plan', 'protocols', 'traffic', 'measure', 'judge', 'report', 'run'],
  assessments: [
    'model',
    'wording',
    'plan',
    'protocols',
    'traffic',
    'measure',
    'judge',
    'report',
    'run',
    'hosts',
    'demo',
  ],
} as const satisfies Record<string, readonly string[]>

/** Globals that a test's fake timers replace. A load in the thread of that test would wait for them forever. */
const FAKED = [
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'setImmediate',
  'queueMicrotask',
  'performance',
].map((name) => ({ name, message: 'Use `realTime`, which works in a test with fake timers.' }))

type Folder = keyof typeof ALLOWED_IMPORTS

const folders = Object.keys(ALLOWED_IMPORTS) as Folder[]
const ENTRY_POINTS = [
  'vitest',
  'plugin',
  'reporter',
  'jest',
  'jest-reporter',
  'jest-runner',
  'playwright',
  'playwright-reporter',
  'conformance',
  'cli',
  'command',
]
const tests = ['test', 'conformance', 'fixture', 'builder', 'test-d']

interface Forbidden {
  readonly regex: string
  readonly allowTypeImports?: boolean
  readonly message: string
}

const TEST_RUNNER = {
  regex: '^(?:vitest|vite|jest|@jest)(?:/|$)',
  message: 'Only `hosts` and the entry points may import a test runner.',
}
const DISK = {
  regex: '^node:fs(?:/|$)',
  message: 'Here, only `report/write.ts` and `measure/monitor` may use the disk.',
}

/** Rejects imports of other folders by their relative paths: `../` once or more, then the folder's name. */
function boundaries(folder: Folder, others: readonly Forbidden[] = []): DummyRuleMap {
  const allowed: readonly string[] = ALLOWED_IMPORTS[folder]
  const forbidden = folders.filter((other) => other !== folder && !allowed.includes(other))
  const names = allowed.length === 0 ? 'no other folder' : allowed.map((other) => `\`${other}\``).join(', ')
  const patterns = [
    ...forbidden.map((other) => ({
      // A plan is compiled to a schedule, so `plan` may read patterns and arrivals.
      regex: `^(?:\\.\\./)+${other}/${folder === 'plan' && other === 'traffic' ? '(?!(?:patterns|arrivals)/)' : ''}`,
      // The types of a plan's requests and protocol names derive from the registry of protocols.
      allowTypeImports: folder === 'plan' && other === 'protocols',
      message: `\`${folder}\` may import ${names}; folders of one level share types through \`model\`.`,
    })),
    {
      regex: `^(?:\\.\\./)+(?:${ENTRY_POINTS.join('|')})\\.ts$`,
      message: 'Entry points import folders, never the reverse.',
    },
    ...others,
  ]
  return { 'eslint/no-restricted-imports': ['error', { patterns }] }
}

/** Folders below `run` must not use the disk; folders below `hosts` must not import a test runner. */
function externalRules(folder: Folder): readonly Forbidden[] {
  if (folder === 'hosts') return []
  return folder === 'run' || folder === 'assessments' ? [TEST_RUNNER] : [TEST_RUNNER, DISK]
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

    // Sequential work is intended here: trials, connection attempts, waits.
    'eslint/no-await-in-loop': 'off',
    // TypeScript's check of switches and returns is stricter and understands unions.
    'typescript/consistent-return': 'off',
    // Factories return objects whose methods never use `this`.
    'typescript/unbound-method': 'off',
    // JSON and plans arrive as `unknown` and get their type after they are checked.
    'typescript/no-unsafe-type-assertion': 'off',
    'typescript/no-unnecessary-type-parameters': 'off',
    'typescript/no-generated-empty-object-type': 'off',
    'import/no-named-as-default-member': 'off',
    // It checks the version of Node.js and exports nothing.
    'import/no-unassigned-import': ['error', { allow: ['./supported-node.ts'] }],
    // Local helpers are declared where they are used.
    'unicorn/consistent-function-scoping': 'off',
    // Hot paths know array lengths in advance.
    'unicorn/no-new-array': 'off',
    // The rule is for windows; here, messages go to worker threads.
    'unicorn/require-post-message-target-origin': 'off',
    'promise/always-return': 'off',
    // Only fresh copies are sorted in place.
    'unicorn/no-array-sort': 'off',
    'unicorn/no-array-reverse': 'off',
    // The second argument is the message at the start of a failure.
    'vitest/valid-expect': ['error', { maxArgs: 2 }],
    // Property tests and shared conformance suites have their expectations in functions.
    'vitest/expect-expect': 'off',
    'vitest/no-conditional-expect': 'off',
  },
  overrides: [
    ...folders.map((folder) => ({ files: [`src/${folder}/**`], rules: boundaries(folder, externalRules(folder)) })),
    { files: ['src/report/write.ts'], rules: boundaries('report', [TEST_RUNNER]) },
    { files: ['src/measure/monitor/**'], rules: boundaries('measure', [TEST_RUNNER]) },
    ...folders.map((folder) => ({
      files: tests.map((kind) => `src/${folder}/**/*.${kind}.ts`),
      rules: boundaries(folder),
    })),
    {
      files: ['src/protocols/**', 'src/traffic/**'],
      excludeFiles: tests.map((kind) => `**/*.${kind}.ts`),
      rules: { 'eslint/no-restricted-globals': ['error', ...FAKED] },
    },
    {
      files: [
        'src/report/**',
        'src/hosts/**',
        'src/assessments/**',
        'src/demo/**',
        'fixtures/**',
        'docs/**',
        'suites/performance/**',
        'examples/**',
      ],
      rules: { 'eslint/no-console': 'off' },
    },
    {
      files: [
        '**/*.config.ts',
        'src/{reporter,jest-reporter,jest-runner,playwright-reporter}.ts',
        'jest-preset.js',
        'fixtures/modules/**',
        'examples/*/*.ts',
      ],
      rules: { 'import/no-default-export': 'off' },
    },
  ],
})

export default config
