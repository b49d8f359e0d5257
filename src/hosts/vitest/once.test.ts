import { describe, expect, test } from 'vitest'
import { startFixture } from '../../../fixtures/index.ts'
import { CONFIG, JSON_REPORT, vitestProject } from './vitest-process.fixture.ts'

const ONCE = { LOAD_ONCE: '1' }

describe.concurrent.each([5, 4] as const)('LOAD_ONCE=1 in Vitest %i', (version) => {
  test('judges the answers and nothing else', async (context) => {
    await using target = await startFixture('plain', {})
    const files = {
      'vitest.config.ts': CONFIG,
      'shop.load.test.ts': `
        import { describeLoad, expect, limitsSuite, loadTest } from 'SRC/vitest.ts'
        const right = { request: [{ path: '/' }, { path: '/', method: 'POST' }] }
        const wrong = { request: [{ path: '/' }, { path: '/', check: { bodyIncludes: 'never' } }] }
        describeLoad('shop', { target: '${target.url}', rate: 100, duration: '60s' }, () => {
          loadTest('matchers', right, ({ result }) => {
            expect(result.successes).toBe(2)
            expect(result).toHaveMaxBelow(0.000001)
            expect(result).not.toHaveMaxBelow(100_000)
            expect(result).toSustainRps(100)
          })
          loadTest('no matcher', right, () => {})
          loadTest('its own assertion', right, ({ result }) => expect(result.successes).toBe(3))
          loadTest('a wrong argument', right, ({ result }) => expect(result).toHaveMaxBelow(-1))
          loadTest('a wrong answer', wrong, ({ result }) => expect(result).toHaveNoErrors())
          loadTest('a wrong answer of the second load', async ({ load }) => {
            await load(right)
            await load(wrong)
          })
          loadTest('a wrong answer of a started load', async ({ startLoad }) => {
            await (await startLoad(wrong)).result
          })
          loadTest('a wrong answer that does not count', { ...wrong, judge: false }, () => {})
          loadTest.fails('must fail', right, ({ result }) => expect(result).toHaveMaxBelow(0.000001))
        })
        limitsSuite({ target: '${target.url}' })`,
    }
    const project = vitestProject(context, version, files, ONCE)
    const { output, exitCode } = await project.run('run', ...JSON_REPORT)
    expect(exitCode, output).toBe(1)
    const tests = [...project.tests().values()].map(({ title, status }) => [title.split(' (')[0], status])
    expect(Object.fromEntries(tests)).toEqual({
      matchers: 'passed',
      'no matcher': 'passed',
      'its own assertion': 'failed',
      'a wrong argument': 'failed',
      'a wrong answer': 'failed',
      'a wrong answer of the second load': 'failed',
      'a wrong answer of a started load': 'failed',
      'a wrong answer that does not count': 'passed',
      'must fail': expect.stringMatching(/skipped|pending/),
      'finds and confirms the highest rate within the service level': expect.stringMatching(/skipped|pending/),
    })
    const [message] = project.tests().get('shop a wrong answer')?.failureMessages ?? []
    expect(message).toContain('1 of 2 requests failed (check 1), and LOAD_ONCE=1 requires a right answer to each')
    expect(message).toMatch(/check: GET \/ → expected the body to include .never./)
    expect(message).toContain('shop.load.test.ts:')
    expect(output).toMatch(/^ shop > matchers +once +– +– +– +0% +not judged$/m)
    expect(output).toMatch(/^ shop > a wrong answer +once +– +– +– +50% +failed$/m)
    expect(output).toContain('Latencies and rates were not judged, and no reports were written.')
    expect(project.files('.')).not.toContain('reports')
  })
})

test('LOAD_ONCE=1 runs load files in watch mode', async (context) => {
  await using target = await startFixture('plain', {})
  const files = {
    'vitest.config.ts': CONFIG,
    'shop.load.test.ts': `
      import { loadTest } from 'SRC/vitest.ts'
      loadTest('shop', { target: '${target.url}', rate: 100, duration: '60s' }, () => {})`,
  }
  const project = vitestProject(context, 5, files, { ...ONCE, CI: '' })
  const { process, ended } = project.start('watch')
  let output = ''
  process.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString()
    if (output.includes('LOAD_ONCE=1: ')) process.kill('SIGTERM')
  })
  await ended
  expect(output).toMatch(/shop +once/)
  expect(output).not.toContain('watch mode leaves load files out')
})
