import { env } from 'node:process'
import { fileURLToPath } from 'node:url'
import { configDefaults, defineConfig } from 'vitest/config'
import type { ViteUserConfig } from 'vitest/config'
import { load } from './src/plugin.ts'
import { shortened } from './suites/durations.ts'

// Hundreds of processes and threads load the same sources: each strips and compiles only what none before it has.
env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('node_modules/.cache/node', import.meta.url))

const config: ViteUserConfig = defineConfig({
  plugins: [load()],
  test: {
    include: ['src/**/*.test.ts', 'fixtures/**/*.test.ts', 'docs/**/*.test.ts'],
    // CI runs the limits suite, the README's other command, by itself: it takes most of a minute.
    // `examples/examples.load.test.ts` runs the examples as projects of their own.
    exclude: [...configDefaults.exclude, 'examples/*/**', ...(shortened ? ['suites/limits/**'] : [])],
    // Real servers on a busy machine: a test that hangs still ends, and one that is only slow does not fail.
    testTimeout: 60_000,
    // Runs wait for their schedules more than they work: four at a time fit on two cores.
    maxWorkers: 4,
    hookTimeout: 60_000,
  },
})

export default config
