import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { UserConfig } from 'tsdown'

/** Entry points that a user imports; only these have declarations. */
const PUBLIC = [
  'index',
  'vitest',
  'plugin',
  'reporter',
  'jest',
  'jest-reporter',
  'playwright',
  'playwright-reporter',
  'conformance',
] as const

/** `programFile` finds every program beside the file that starts it, so all files are in one folder. */
const shared: UserConfig = {
  platform: 'node',
  fixedExtension: false,
  sourcemap: true,
  deps: { neverBundle: true },
  failOnWarn: true,
}

/** Notices of what the page's file contains. */
const licenses = ['echarts/NOTICE', 'zrender/LICENSE', 'echarts/licenses/LICENSE-d3'].map((path) =>
  readFileSync(new URL(`node_modules/${path}`, import.meta.url), 'utf8'),
)

const config: UserConfig[] = [
  {
    ...shared,
    entry: {
      ...Object.fromEntries(PUBLIC.map((name) => [name, `src/${name}.ts`])),
      cli: 'src/cli.ts',
      'jest-runner': 'src/jest-runner.ts',
      'jest-test-file': 'src/hosts/jest/test-file.ts',
      worker: 'src/run/generator/worker.ts',
    },
    copy: ['src/jest.cjs', 'src/jest.d.cts'],
    dts: { entry: PUBLIC.map((name) => `src/${name}.ts`), sourcemap: true },
    outputOptions: {
      codeSplitting: {
        // Small modules that many chunks share would otherwise become one chunk each. Code of one protocol stays in
        // separate chunks, because it is imported only when that protocol is used.
        groups: [
          { name: 'model', test: /\/src\/(?:model|wording)\/.*(?<!\.d)\.ts$/ },
          { name: 'protocols', test: /\/src\/protocols\/[^/]*(?<!\.d)\.ts$/, minShareCount: 2 },
          { name: 'mcp', test: /\/src\/protocols\/mcp\/[^/]*(?<!\.d)\.ts$/, minShareCount: 2 },
          // Reporters run in the main process of a host, and must not load the engine.
          {
            name: 'reporting',
            test: /\/src\/(?:hosts\/(?:report-run|spool-collection|tested-load|vitest\/(?:matcher-types|value-at)|playwright\/record-attachment)|report\/live\/progress-line)\.ts$/,
            minShareCount: 2,
          },
          // The threads that send requests load nothing else.
          { name: 'engine', test: /\/src\/run\/generator\/this-thread\.ts$/, minShareCount: 2 },
          {
            name: 'declaring',
            test: /\/src\/(?:hosts\/(?:jest\/test-file|[^/]*)|index)(?<!\.d)\.ts$/,
            minShareCount: 2,
          },
          { name: 'suites', test: /\/src\/assessments\/.*(?<!\.d)\.ts$/, minShareCount: 2 },
          // Declarations that need no test runner: a runner that is not installed must not break the types of another.
          { name: 'types.d', test: /\/src\/(?:index|(?!hosts\/[^/]*\/).*\/[^/]*)\.d\.ts$/, minShareCount: 2 },
        ],
      },
    },
  },
  {
    // These start while traffic runs, so they must load only what they use.
    ...shared,
    entry: {
      sleeper: 'src/traffic/wake/sleeper.ts',
      'demo-server': 'src/demo/demo-server.ts',
      watchdog: 'src/measure/monitor/watchdog.ts',
      'unit-server': 'src/assessments/unit/unit-server.ts',
    },
    dts: false,
    // Without this, each program also imports the empty rest of modules of which it uses nothing.
    treeshake: { moduleSideEffects: false },
    outputOptions: {
      codeSplitting: { groups: [{ name: 'servers', test: /\/src\/demo\/(?!work\/websocket\.)/, minShareCount: 2 }] },
    },
    clean: false,
  },
  {
    // The HTML report contains the chart library, which is no dependency of the package. It is loaded when a report is
    // written. Minified, and without a source map, which would be larger than all other files together.
    ...shared,
    entry: { 'report-page': 'src/report/html/report-page.ts' },
    deps: { neverBundle: /^(?!echarts|zrender|tslib)[^./]/, alwaysBundle: [/^(?:echarts|zrender|tslib)(?:\/|$)/] },
    alias: {
      'echarts/dist/echarts.esm.min.mjs': fileURLToPath(
        new URL('src/report/html/charts/echarts-parts.js', import.meta.url),
      ),
    },
    minify: true,
    banner: { js: `/*!\n${licenses.join('\n\n')}\n*/` },
    sourcemap: false,
    dts: false,
    clean: false,
  },
]

export default config
