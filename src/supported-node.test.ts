import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

/** Makes Node.js report an old version before it loads the module. */
const OLD = `data:text/javascript,Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })`

test('an old Node.js gets a message from every entry point, and from the command', async () => {
  const entries = ['index', 'vitest', 'plugin', 'reporter', 'conformance']
  const code = `for (const entry of ${JSON.stringify(entries)}) {
    await import('${import.meta.dirname}/' + entry + '.ts').then(() => console.log('loaded'), ({ message }) => console.log(message))
  }`
  const run = promisify(execFile)
  const { stdout } = await run(process.execPath, ['--import', OLD, '--input-type=module', '--eval', code])
  const message =
    'describe-load requires Node.js 22.19 or newer, and this is Node.js 20.20.2\n' +
    '    → install a newer version: https://nodejs.org\n'
  expect(stdout).toBe(message.repeat(entries.length))
  await expect(
    run(process.execPath, ['--import', OLD, join(import.meta.dirname, 'cli.ts'), '--help']),
  ).rejects.toMatchObject({ code: 2, stdout: '', stderr: message })
})
