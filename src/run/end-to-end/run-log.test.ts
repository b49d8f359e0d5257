import { env } from 'node:process'
import { expect, onTestFinished, test, vi } from 'vitest'
import { constant, sequence } from '../../traffic/patterns/index.ts'
import { runLoad } from '../index.ts'

/** Answers, but resets the connection of every fifth request. */
const SERVER = `
  let requests = 0
  require('node:http').createServer((_, response) => {
    if (++requests % 5 === 0) response.socket.resetAndDestroy()
    else response.end()
  }).listen(process.env.PORT, '127.0.0.1')`

/** Returns the lines that a run with one connection logs, and its result. */
async function logged(): Promise<{ readonly lines: readonly string[]; readonly successes: number }> {
  const lines: string[] = []
  const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => lines.push(String(text)) > 0)
  onTestFinished(() => write.mockRestore())
  const { successes } = await runLoad({
    target: { command: [process.execPath, '-e', SERVER], url: 'http://127.0.0.1:{port}' },
    pattern: sequence(
      constant({ name: 'calm', rate: 20, duration: 500 }),
      constant({ name: 'busy', rate: 40, duration: 500 }),
    ),
    maxConnections: 1,
  })
  return { lines, successes }
}

test('a verbose run logs its target, phases, connections, errors and end', async () => {
  vi.stubEnv('LOAD_LOG', 'debug')
  onTestFinished(() => void vi.unstubAllEnvs())
  const { lines } = await logged()
  // The run does not wait until the output of its target has ended.
  await expect.poll(() => lines.at(-1)).toMatch(/^\[load load\] target: .* ended by SIGTERM\n$/)
  const log = lines.join('')
  expect(log).toMatch(/^\[load load\] target: http:\/\/127\.0\.0\.1:\d+\/ answers, pid \d+$/m)
  expect(log).toMatch(/^\[load load\] target: http:\/\/127\.0\.0\.1:\d+\/ over http$/m)
  expect(log).toMatch(/^\[load load\] 1 generator thread$/m)
  expect(log).toMatch(/^\[load load\] phase calm: 0 ms to 500 ms$/m)
  expect(log).toMatch(/^\[load load\] phase busy: 500 ms to 1 s$/m)
  expect(log).toMatch(/thread 0 .* connection to 127\.0\.0\.1:\d+ closed because /)
  expect(log).toMatch(/^\[load load\] 0 ms to 1 s: \d+ connections opened, \d+ errors \(\d+ connection\)$/m)
  expect(log).toMatch(/^\[load load\] completed$/m)
})

test('other runs log nothing', async () => {
  expect(env['LOAD_LOG']).toBeUndefined()
  const { lines, successes } = await logged()
  expect(successes).toBeGreaterThan(0)
  expect(lines).toEqual([])
})
