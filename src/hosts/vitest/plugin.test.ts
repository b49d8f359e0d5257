import { describe, expect, test } from 'vitest'
import { load } from './plugin.ts'
import { CONFIG, vitestProject } from './vitest-process.fixture.ts'
import type { VitestProject } from './vitest-process.fixture.ts'

/** A test file that records when it runs. */
const FILE = `
  import { appendFileSync } from 'node:fs'
  import { expect, inject, test } from 'vitest'
  test('runs', async () => {
    appendFileSync('order.txt', import.meta.filename.split('/').at(-1) + ' starts\\n')
    await new Promise((resolve) => setTimeout(resolve, 200))
    appendFileSync('order.txt', import.meta.filename.split('/').at(-1) + ' ends\\n')
  })`

const FILES = {
  'vitest.config.ts': CONFIG,
  'a.load.test.ts': FILE,
  'b.load.spec.ts': FILE,
  'unit.test.ts': FILE,
  'other.test.ts': FILE,
}

function orderIn(project: VitestProject): readonly string[] {
  return project.text('order.txt').trim().split('\n')
}

describe.concurrent.each([5, 4] as const)('with the plugin, Vitest %i', (version) => {
  test('runs load files last, one at a time, in a separate project', { timeout: 60_000 }, async (context) => {
    const project = vitestProject(context, version, FILES)
    const { output, exitCode } = await project.run('run')
    expect(exitCode, output).toBe(0)
    const order = orderIn(project)
    expect(order.slice(0, 4).toSorted()).toEqual([
      'other.test.ts ends',
      'other.test.ts starts',
      'unit.test.ts ends',
      'unit.test.ts starts',
    ])
    expect(order.slice(4)).toHaveLength(4)
    for (const file of ['a.load.test.ts', 'b.load.spec.ts']) {
      expect(order.indexOf(`${file} ends`)).toBe(order.indexOf(`${file} starts`) + 1)
    }
    expect(output).toContain('|load| a.load.test.ts')
    expect(output).toContain('|unit| unit.test.ts')
  })

  test('a name on the command line selects load files like any other file', { timeout: 60_000 }, async (context) => {
    const project = vitestProject(context, version, FILES)
    await project.run('run', 'a.load')
    expect(orderIn(project)).toEqual(['a.load.test.ts starts', 'a.load.test.ts ends'])
  })

  test('watch mode runs load files only if they are named', { timeout: 60_000 }, async (context) => {
    const all = vitestProject(context, version, FILES)
    await watchOnce(all)
    expect(orderIn(all).join()).not.toContain('load')
    const named = vitestProject(context, version, FILES)
    await watchOnce(named, 'b.load')
    expect(orderIn(named)).toEqual(['b.load.spec.ts starts', 'b.load.spec.ts ends'])
  })

  test('the value of an option is not a file name', { timeout: 60_000 }, async (context) => {
    const project = vitestProject(context, version, FILES)
    await watchOnce(project, '--config', 'vitest.config.ts', '-t', 'runs', '--reporter', 'default')
    expect(orderIn(project)).toHaveLength(4)
    expect(orderIn(project).join()).not.toContain('load')
  })

  test('watch mode runs the load project if it is selected', { timeout: 60_000 }, async (context) => {
    const project = vitestProject(context, version, FILES)
    await watchOnce(project, '--project', 'load')
    expect(orderIn(project)).toHaveLength(4)
    expect(orderIn(project).every((line) => line.includes('.load.'))).toBe(true)
  })
})

/** Runs Vitest in watch mode until the first run has finished. */
async function watchOnce(project: VitestProject, ...names: readonly string[]): Promise<void> {
  const { process, ended } = project.start('watch', ...names)
  await new Promise<void>((resolve) => {
    let output = ''
    process.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      if (output.includes('Waiting for file changes')) resolve()
    })
    process.once('close', () => resolve())
  })
  process.kill('SIGKILL')
  await ended
}

test('rejects every plan default that cannot be passed to another process', () => {
  const target = (): string => 'http://127.0.0.1:3000'
  expect(() => load({ plan: { target, rate: 5, request: { path: '/', check: () => true } } })).toThrow(
    'the plan has 2 issues\n  - target must be plain data in the plugin',
  )
})
