import { existsSync } from 'node:fs'
import { env } from 'node:process'
import { fileURLToPath } from 'node:url'
import { configDefaults, defineConfig } from 'vitest/config'
import type { ViteUserConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { load } from './src/plugin.ts'
import { shortened } from './suites/durations.ts'

// Hundreds of processes and threads load the same sources; the cache makes each file compile only once.
env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('node_modules/.cache/node', import.meta.url))

/** Folders of `src/` whose tests start no runs. */
const UNIT = ['model', 'demo', 'wording', 'plan', 'protocols', 'traffic', 'measure', 'judge', 'report'].map(
  (folder) => `src/${folder}/**/*.test.ts`,
)

/** Files of tests with runs that measure the memory of their process, change its clock or break its threads. */
const BREAKING = ['clock-jump', 'large-messages', 'tool-trouble', 'tracing', 'user-code']
/** Tests whose runs leave nothing behind but warm generator threads, which the runs of the next file use. */
const RUNS = `src/run/end-to-end/!(${BREAKING.join('|')}).test.ts`

/**
 * Tests of what users install, read and run, by project. They take longer than others, so `npm test` leaves them to
 * `npm run test:packages` and `npm run test:slow`.
 */
const SLOW = {
  docs: ['docs/*.test.ts'],
  hosts: ['src/hosts/hosts.test.ts', 'src/hosts/{command,jest,playwright,vitest}/*.test.ts'],
  packages: ['fixtures/packages/*.test.ts', 'src/{package,types,vitest}.test.ts', 'src/schemas/*.test.ts'],
  reports: ['src/report/html/browser/*.test.ts'],
  // Calibrations of the statistics, and tests of memory and time over many repetitions.
  repetitions: [
    'src/assessments/memory-growth.test.ts',
    'src/assessments/mcp-stress/probes/probes.test.ts',
    'src/judge/verdict/calibration.test.ts',
    'src/model/text/linear.test.ts',
    'src/run/end-to-end/faults-memory.test.ts',
  ],
  // Programs of others: nginx, Redis, memcached, websocketd and MCP servers.
  servers: [
    'src/protocols/mcp/{third-parties,http/real-servers}.test.ts',
    'src/run/end-to-end/{nginx,third-parties}.test.ts',
  ],
}
const ALL_SLOW = Object.values(SLOW).flat()

/** Files that take long although they are small. */
const LONG = [
  'docs/examples.test.ts',
  'docs/pages.test.ts',
  'src/assessments/memory-growth.test.ts',
  'src/assessments/mcp-stress/probes/probes.test.ts',
  'src/assessments/limits/limit-loop.test.ts',
  'src/run/end-to-end/faults-silence.test.ts',
  'src/run/end-to-end/large-messages.test.ts',
  'src/run/target/relay.test.ts',
  'src/hosts/vitest/open-telemetry.test.ts',
  'src/hosts/vitest/prepared-thread.test.ts',
  'src/protocols/conformance/shipped.test.ts',
]
const missing = LONG.filter((name) => !existsSync(new URL(name, import.meta.url)))
if (missing.length > 0) throw new Error(`LONG lists test files that do not exist: ${missing.join(', ')}`)

/**
 * Starts the longest files first, so that no worker waits for one of them at the end. Vitest knows the durations only
 * from its cache, which `npm ci` deletes, and otherwise starts the largest files first.
 */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isLong = ({ moduleId }: TestSpecification): boolean => LONG.some((name) => moduleId.endsWith(`/${name}`))
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}

const config: ViteUserConfig = defineConfig({
  plugins: [load()],
  test: {
    // CI runs the limits suite, the README's other command, and the comparison with known truths separately: each takes
    // most of a minute. The comparison with other generators takes an hour, and only runs when asked for.
    // `docs/examples.test.ts` runs the examples in a separate project.
    exclude: [
      ...configDefaults.exclude,
      'examples/**',
      ...(shortened
        ? ['suites/{limits,performance}/**/*.load.test.ts', 'src/assessments/known-truths.load.test.ts']
        : []),
    ],
    // Long enough for real servers on a busy machine, so that only a test that hangs fails.
    testTimeout: 60_000,
    // Runs partly wait for their schedules; more than four at a time starve each other on two cores.
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
    hookTimeout: 60_000,
    projects: [
      // Files of these two projects share processes, which saves the start of one for each file.
      { extends: true, test: { name: 'unit', include: UNIT, exclude: ALL_SLOW, isolate: false } },
      { extends: true, test: { name: 'runs', include: [RUNS], exclude: ALL_SLOW, isolate: false } },
      {
        extends: true,
        test: {
          name: 'processes',
          include: ['{src,fixtures,suites}/**/*.test.ts'],
          exclude: [...UNIT, RUNS, ...ALL_SLOW],
        },
      },
      ...Object.entries(SLOW).map(([name, include]) => ({
        extends: true as const,
        // Packages are installed, and browsers started.
        test: { name, include, hookTimeout: 120_000 },
      })),
    ],
  },
})

export default config
