import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { StdioTarget } from '../../model/target.ts'
import { runLoad } from '../index.ts'

const SCRIPT = fileURLToPath(new URL('../../protocols/mcp/scripted-server.fixture.ts', import.meta.url))
const PLAN = { rate: 40, duration: '500ms', request: { method: 'ping' } } as const

function scripted(behaviour: string, more: Partial<StdioTarget> = {}): StdioTarget {
  return { stdio: [process.execPath, SCRIPT, behaviour], ...more }
}

test('a server that prints a banner and logs on stdout is measured, and one doubt says so', async () => {
  const result = await runLoad({ ...PLAN, target: scripted('prints logs') })
  expect(result).toMatchObject({ successes: 20, errors: 0, unsolicited: 0 })
  const doubts = result.generator.doubts.filter(({ code }) => code === 'stray-output')
  // The banner, the handshake of two messages, and the 20 calls.
  expect(doubts).toMatchObject([{ lines: expect.toSatisfy((lines: number) => lines >= 23) }])
  expect(doubts[0]?.message).toMatch(/^the server printed \d+ lines of other text on its standard output \(stdout\)/)
})

describe.concurrent('startTimeout', () => {
  test('gives a server longer to start than a request may take', { timeout: 30_000 }, async () => {
    const target = scripted('starts slowly', { env: { SCRIPTED: '1500' } })
    const result = await runLoad({ ...PLAN, target, requestTimeout: '1s' })
    expect(result).toMatchObject({ successes: 20, errors: 0 })
  })

  test('is named when a server takes longer', async () => {
    const target = scripted('starts slowly', { env: { SCRIPTED: '60000' }, startTimeout: '300ms' })
    await expect(runLoad({ ...PLAN, target })).rejects.toMatchObject({
      code: 'ERR_LOAD_TARGET_START',
      message: expect.stringMatching(
        /^MCP handshake with ".*" was not complete after 300 ms \(startTimeout\): connecting to .* timed out\n    → if the server needs longer to start, set target: \{ stdio: \[…\], startTimeout: '3m' \}; otherwise run the command/,
      ),
    })
  })

  test('must be a duration', async () => {
    await expect(
      runLoad({ rate: 1, duration: '1s', target: scripted('plain', { startTimeout: 'long' }) }),
    ).rejects.toMatchObject({
      code: 'ERR_LOAD_PLAN',
      issues: [{ key: 'target.startTimeout', value: 'long' }],
    })
  })
})

test('an error text of megabytes is cut, in the result and in an error of the handshake', async () => {
  const result = await runLoad({ ...PLAN, duration: '2s', target: scripted('answers with long errors') })
  expect(result.errorsByClass.jsonrpc?.count).toBe(80)
  expect(JSON.stringify(result).length).toBeLessThan(200_000)
  const refused = runLoad({ ...PLAN, target: scripted('refuses with a long error') })
  await expect(refused).rejects.toMatchObject({
    message: expect.toSatisfy((message: string) => message.length < 2_000 && message.includes('no no')),
  })
})
