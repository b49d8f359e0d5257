import { defineConfig } from 'vitest/config'
import type { ViteUserConfig } from 'vitest/config'
import { load } from './src/plugin.ts'

const config: ViteUserConfig = defineConfig({
  plugins: [load()],
  test: {
    include: ['src/**/*.test.ts', 'fixtures/**/*.test.ts'],
  },
})

export default config
