import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test, type TestContext } from 'vitest'
import { percentileVerdict } from '../../judge/verdict/percentile.ts'
import type { LoadPlan } from '../../plan/load-plan.ts'
import type { LoadResult } from '../../model/result.ts'

/** Starts a server that answers each request after `ms`; a serial one works on one request at a time. */
async function startServer({ onTestFinished }: TestContext, ms: number, serial = false): Promise<string> {
  let freeAt = 0
  const server = createServer((_, response) => {
    const now = performance.now()
    freeAt = Math.max(now, serial ? freeAt : 0) + ms
    setTimeout(() => response.end('ok'), freeAt - now)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Prints a line after the first measured second, then the result or the code of the error, as JSON. */
const SCRIPT = `
  const { startLoad } = await import(process.argv[1])
  const run = startLoad(JSON.parse(process.argv[2]))
  try {
    for await (const interval of run) {
      if (interval.startMs === 0) console.log('measuring')
    }
    console.log(JSON.stringify(await run.result))
  } catch ({ code, message }) {
    console.log(JSON.stringify({ code, message }))
  }
`

/** Runs a plan in a process that may open at most `descriptors` files. */
function startChild(
  { onTestFinished }: TestContext,
  plan: LoadPlan,
  descriptors: number,
): ChildProcess & { readonly stdout: NodeJS.ReadableStream } {
  const run = `ulimit -n ${descriptors} && exec "$0" --input-type=module --eval "$@"`
  const index = new URL('../../index.ts', import.meta.url).href
  const child = spawn('sh', ['-c', run, process.execPath, SCRIPT, index, JSON.stringify(plan)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // Variables of the test runner slow the child down or make it part of the runner. Ticks need no separate thread,
    // which could start too late to get a descriptor.
    env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'], LOAD_WAKE: 'tick' },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

async function outcomeOf(child: { readonly stdout: NodeJS.ReadableStream }): Promise<unknown> {
  const lines = (await text(child.stdout)).trim().split('\n')
  return JSON.parse(lines.at(-1) ?? '')
}

// Only Linux reports descriptors, and Windows has neither limits nor SIGSTOP.
describe.runIf(process.platform === 'linux')('problems of the generator itself', { concurrent: true }, () => {
  test('do not count against the target when requests waited for lack of descriptors', async (context) => {
    const target = await startServer(context, 500)
    const plan = { target, rate: 200, duration: '1s', tracing: 'off' } as const
    const result = (await outcomeOf(startChild(context, plan, 96))) as LoadResult
    // Fewer connections than 500 ms at 200 req/s need: requests waited, and none failed.
    expect(result.pool.peakInUse).toBeLessThan(100)
    expect(result.errors).toBe(0)
    expect(result.generator.doubts).toContainEqual(expect.objectContaining({ code: 'descriptors-exhausted' }))
    expect(percentileVerdict(result, result, { percentile: 90, limitMs: 550 })).toMatchObject({
      verdict: 'invalid',
      reason: 'the generator had no file descriptors left',
    })
  })

  test('a closed model with more connections than descriptors returns a result', async (context) => {
    const target = await startServer(context, 200)
    const plan = { target, concurrency: 400, maxConnections: 400, duration: '400ms', requestTimeout: '1s' } as const
    const result = (await outcomeOf(startChild(context, plan, 128))) as LoadResult
    expect(result.ended).toBe('completed')
    expect(result.generator.doubts.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['descriptors-exhausted', 'few-descriptors']),
    )
    expect(percentileVerdict(result, result, { percentile: 50, limitMs: 250 })).toMatchObject({
      verdict: 'invalid',
      reason: 'the generator had no file descriptors left',
    })
  })

  test('a limit that is too low ends the run before its target starts', async (context) => {
    const command = [process.execPath, '--eval', 'console.error("the target started")']
    const plan = { target: { command, url: 'http://127.0.0.1:{port}' }, rate: 10, duration: '1s' }
    const outcome = await outcomeOf(startChild(context, plan, 38))
    expect(outcome).toMatchObject({
      code: 'ERR_LOAD_DESCRIPTORS',
      message: expect.stringMatching(
        /^the run needs at least 28 free file descriptors: this process may open 38 files/,
      ),
    })
  })

  test.runIf(process.platform === 'linux')(
    'end the run with the limit and the remedy if long-lived connections cannot open',
    async (context) => {
      const target = await startServer(context, 5)
      const plan = { target, rate: 10, duration: '1s', connection: 'long-lived', maxConnections: 500 } as const
      const outcome = await outcomeOf(startChild(context, plan, 128))
      expect(outcome).toMatchObject({
        code: 'ERR_LOAD_DESCRIPTORS',
        message: expect.stringMatching(/maxConnections must be at most \d+ .* this process may open 128 files/s),
      })
    },
  )

  test('do not count against the target when requests come in a burst after a suspension', async (context) => {
    const target = await startServer(context, 5, true)
    const child = startChild(context, { target, rate: 100, duration: '3s', tracing: 'off' }, 1_024)
    const outcome = outcomeOf(child)
    await once(child.stdout, 'data')
    child.kill('SIGSTOP')
    await sleep(1_000)
    child.kill('SIGCONT')
    const result = (await outcome) as LoadResult
    expect(result.requestsScheduled).toBe(300)
    const suspended = result.generator.doubts.find((doubt) => doubt.code === 'generator-suspended')
    expect(suspended?.suspendedMs).toBeGreaterThan(700)
    expect(Math.max(...(result.batches.generatorLagMs ?? []))).toBeGreaterThan(700)
    // The target needs about 0.5 s for the 100 overdue requests, and 5 ms for each of the others.
    expect(result.targetTime).toMatchObject({ p90Ms: expect.toSatisfy((ms: number) => ms > 250) })
    expect(percentileVerdict(result, result, { percentile: 90, limitMs: 250 }).verdict).toBe('invalid')
  })
})
