import { describe, expect, test } from 'vitest'
import { startFixture } from '../../../fixtures/index.ts'
import { vitestProject } from './vitest-process.fixture.ts'

/** A reporter with the name of Vitest's HTML reporter, which prints annotations as JSON. */
const configWith = (name: string): string => `
  import { load } from 'SRC/plugin.ts'
  const reporter = {
    name: '${name}',
    onTestCaseAnnotate(testCase, { message, attachment }) {
      console.log('annotated', JSON.stringify({ message, attachment }))
    },
  }
  export default { plugins: [load()], test: { reporters: [reporter] } }`

interface Annotated {
  readonly message: string
  readonly attachment: { readonly contentType: string; readonly body: string }
}

describe.concurrent.each([5, 4] as const)('annotations in Vitest %i', (version) => {
  test('show the figures and the response times of a load test, if a reporter shows images', async (context) => {
    await using target = await startFixture('plain', {})
    const project = vitestProject(context, version, {
      'vitest.config.ts': configWith('html'),
      'shop.load.test.ts': `
        import { expect, loadTest } from 'SRC/vitest.ts'
        loadTest('shop', { target: '${target.url}', rate: 100, duration: 400 }, ({ result }) => {
          expect(result.successes).toBe(1)
        })`,
    })
    const { output } = await project.run('run')
    const annotated = [...output.matchAll(/^annotated (.*)$/gm)].map(([, json = '']) => JSON.parse(json) as Annotated)
    expect(annotated, output).toHaveLength(1)
    const [{ message, attachment } = { message: '', attachment: { contentType: '', body: '' } }] = annotated
    expect(message).toMatch(
      /^constant 100 req\/s for 400 ms; rate offered 100 req\/s, achieved .*; response p50 .* ms; errors 0 of 40 requests/,
    )
    expect(attachment.contentType).toBe('image/svg+xml')
    const image = Buffer.from(attachment.body, 'base64').toString()
    expect(image).toMatch(
      /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" .*<title id="latency-title">Response time<\/title>/,
    )
    expect(image).toContain('class="f-p99"')
  })
})

test('annotates nothing for other reporters', async (context) => {
  await using target = await startFixture('plain', {})
  const project = vitestProject(context, 5, {
    'vitest.config.ts': configWith('mine'),
    'shop.load.test.ts': `
      import { loadTest } from 'SRC/vitest.ts'
      loadTest('shop', { target: '${target.url}', rate: 100, duration: 200 }, () => {})`,
  })
  const { output, exitCode } = await project.run('run')
  expect(exitCode, output).toBe(0)
  expect(output).not.toContain('annotated')
})
