import { env } from 'node:process'
import { fileURLToPath } from 'node:url'
import { configDefaults, defineConfig } from 'vitest/config'
import type { ViteUserConfig } from 'vitest/config'
import { load } from './src/plugin.ts'
import { shortened } from './suites/durations.ts'

// Hundreds of processes and threads load the same sources; the cache makes each file compile only once.
env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('node_modules/.cache/node', import.meta.url))

const config: ViteUserConfig = defineConfig({
  plugins: [load()],
  test: {
    include: ['src/**/*.test.ts', 'fixtures/**/*.test.ts', 'docs/**/*.test.ts'],
    // CI runs the limits suite, the README's other command, separately: it takes most of a minute.
    // `examples/examples.load.test.ts` runs the examples as separate projects.
    exclude: [...configDefaults.exclude, 'examples/*/**', ...(shortened ? ['suites/limits/**'] : [])],
    // Long enough for real servers on a busy machine, so that only a test that hangs fails.
    testTimeout: 60_000,
    // Runs mostly wait for their schedules, so four at a time fit on two cores.
    maxWorkers: 4,
    hookTimeout: 60_000,
  },
})

export default config
