import { describe, expect, test } from 'vitest'
import { SOURCES_BY_NODE, vitestProject } from './vitest-process.fixture.ts'

const FILE = `
  import { loadTest } from 'SRC/vitest.ts'
  loadTest('first', () => {})
  loadTest('second', () => {})`

describe.concurrent.each([
  [5, 'forks'],
  [4, 'threads'],
] as const)('without the plugin, Vitest %i (%s)', (version, pool) => {
  test('says once what is missing, and which file needs it', { timeout: 60_000 }, async (context) => {
    const project = vitestProject(context, version, {
      'vite.config.js': `export default { test: { pool: '${pool}', ${SOURCES_BY_NODE} } }`,
      'a.load.test.ts': FILE,
      'b.load.test.ts': FILE,
    })
    const { output, exitCode } = await project.run('run')
    expect(exitCode, output).toBe(0)
    expect(output.match(/describe-load: .*\n.*/g)).toEqual([
      `describe-load: the plugin is missing, so load tests write no reports and can run at the same time as other tests
  → add plugins: [load()] to vite.config.js, with import { load } from 'describe-load/plugin'`,
    ])
  })
})
