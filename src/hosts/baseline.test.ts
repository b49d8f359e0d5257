import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect as hostExpect, onTestFinished, test, vi } from 'vitest'
import { startFixture } from '../../fixtures/index.ts'
import { runOf } from '../judge/comparison/baseline.builder.ts'
import { EMPTY_BASELINE } from '../judge/comparison/stored-file.ts'
import { storedRun } from '../judge/comparison/stored-run.ts'
import type { StoredRun } from '../model/baseline.ts'
import type { LoadResult } from '../model/result.ts'
import { runLoad } from '../run/index.ts'
import { readEnvironment } from './machine-environment.ts'
import { RecordBook } from './record-book.ts'
import { expect } from './vitest/expect.ts'

/** Writes a file into a new folder. */
function write(text: string, name = 'baseline.json'): string {
  const folder = mkdtempSync(join(tmpdir(), 'describe-load-baseline-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

async function measure(delayMs: number): Promise<LoadResult> {
  await using server = await startFixture('latency', {
    distribution: {
      kind: 'quantiles',
      points: [
        [0, 0.9 * delayMs],
        [1, 1.1 * delayMs],
      ],
    },
  })
  return await runLoad({ target: server.url, rate: 100, duration: '1s', request: { path: '/' } })
}

test('a server that became slower is not green, and the same server is not red', { timeout: 60_000 }, async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  onTestFinished(() => void vi.restoreAllMocks())
  const environment = readEnvironment()
  const stored: StoredRun[] = []
  for (let run = 0; run < 4; run++) stored.push(storedRun(await measure(20), environment))

  const book = new RecordBook('shop', () => {})
  const [same, slower] = [await measure(20), await measure(200)]
  for (const result of [same, slower]) book.addResult(result)
  const tests = { [same.name]: stored, [slower.name]: stored }
  const path = write(JSON.stringify({ ...EMPTY_BASELINE, tests }))
  hostExpect(() => expect(slower).toNotRegressFrom(path)).toThrow(/p50 and mean response time at most 10% above/)
  try {
    expect(same).toNotRegressFrom(pathToFileURL(path))
  } catch {
    // A busy machine leaves it open.
  }
  const verdicts = book.record.verdicts.map(({ verdict, leaning }) => leaning ?? verdict)
  hostExpect(verdicts).toHaveLength(2)
  hostExpect(['fail', 'invalid']).toContain(verdicts[0])
  hostExpect(book.record.verdicts[1]?.verdict).not.toBe('fail')
})

describe('the file of a baseline', () => {
  test('is named with the reason if it is damaged, and is read again after it was repaired', () => {
    const result = runOf(10, 1)
    const path = write('{"schema": 1,')
    hostExpect(() => expect(result).toNotRegressFrom(path)).toThrow(
      hostExpect.objectContaining({
        code: 'ERR_LOAD_BASELINE',
        message: hostExpect.stringContaining(`${path} is not a usable baseline: Expected double-quoted property name`),
      }),
    )
    writeFileSync(path, JSON.stringify(EMPTY_BASELINE))
    hostExpect(() => expect(result).toNotRegressFrom(path)).toThrow('has no run of this test')
  })

  test('does not have to exist, and can be given as content', () => {
    const result = runOf(10, 1)
    hostExpect(() => expect(result).toNotRegressFrom('no/such/baseline.json')).toThrow(
      'no/such/baseline.json does not exist: run the test, then store its result: describe-load baseline save',
    )
    hostExpect(() => expect(result).toNotRegressFrom(EMPTY_BASELINE)).toThrow('has no run of this test')
  })

  test.each(['', 'https://example.com/baseline.json', 5, null])('is not %j', (given) => {
    const result = runOf(10, 1)
    hostExpect(() => expect(result).toNotRegressFrom(given as never)).toThrow(
      hostExpect.objectContaining({ code: 'ERR_LOAD_MATCHER_ARGUMENT' }),
    )
  })
})
