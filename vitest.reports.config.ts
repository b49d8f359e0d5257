import { defineConfig } from 'vitest/config'
import type { ViteUserConfig } from 'vitest/config'

/** Tests of reports where they are read: a browser, Vitest's own pages, the steps of CI workflows, a terminal. */
export const REPORT_TESTS: readonly string[] = [
  'docs/ci.test.ts',
  'docs/troubleshooting.test.ts',
  'src/hosts/vitest/annotations.test.ts',
  'src/report/html/browser/page-script.test.ts',
]

/** `npm run test:reports`: takes longer than other tests. */
const config: ViteUserConfig = defineConfig({
  test: { name: 'reports', include: [...REPORT_TESTS], testTimeout: 60_000, hookTimeout: 120_000, maxWorkers: 2 },
})

export default config
