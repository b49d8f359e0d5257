import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { stdioTarget } from '../../../fixtures/index.ts'
import { readStat } from '../../measure/monitor/proc.ts'
import type { WrittenPlan } from '../../plan/load-plan.ts'
import { mcp } from '../../protocols/mcp/index.ts'
import { errorsOf, FAULTY_PLAN, resultOf } from './faults.fixture.ts'

/** One call at a time, so that each fault affects one call; enough time for processes to start on a busy machine. */
const PLAN: WrittenPlan = {
  ...FAULTY_PLAN,
  protocol: mcp({ maxInFlight: 1 }),
  maxConnections: 1,
  rate: 45,
  duration: '2s',
  reconnect: { attempts: 100, maxBackoffMs: 200 },
}
const EVERY = 25
const WAIT = { timeout: 10_000, interval: 10 }

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe.concurrent('a server over stdio', () => {
  test('restarts a server that exits in the middle of every 25th call, and fails that call only', async () => {
    const result = await resultOf({ ...PLAN, target: stdioTarget({ resetEvery: EVERY }) })
    const ends = Math.floor(90 / EVERY)
    expect(errorsOf(result)).toEqual({ 'process-exit': ends })
    expect(result.errorsByClass['process-exit']?.first).toMatch(/the server exited with code 1/)
    expect(result).toMatchObject({ successes: 90 - ends, dropped: 0 })
    expect(result.connections).toMatchObject({ opened: 1 + ends, reconnects: ends, failed: 0 })
  })

  test('keeps a server that prints other text instead of every 25th reply, and that call times out', async () => {
    const target = stdioTarget({ garbageEvery: EVERY })
    const result = await resultOf({ ...PLAN, protocol: 'mcp', requestTimeout: '2s', target })
    const late = Math.floor(90 / EVERY)
    expect(errorsOf(result)).toEqual({ timeout: late })
    expect(result).toMatchObject({ successes: 90 - late, dropped: 0 })
    expect(result.connections).toMatchObject({ opened: 1, reconnects: 0, failed: 0 })
    expect(result.generator.doubts).toContainEqual(expect.objectContaining({ code: 'stray-output', lines: late }))
  })

  test('restarts a server that exits normally after 20 calls, and fails at most the next call', async () => {
    const result = await resultOf({ ...PLAN, target: stdioTarget({ closeAfter: 20 }) })
    const { opened, reconnects } = result.connections
    const { 'process-exit': lost = 0, ...others } = errorsOf(result)
    expect(others).toEqual({})
    expect(lost).toBeLessThanOrEqual(Math.ceil(90 / 20))
    expect(result.successes + lost).toBe(90)
    expect(opened).toBeGreaterThanOrEqual(Math.ceil(result.successes / 20))
    expect(reconnects).toBe(opened - 1)
  })

  test('restarts a server that was killed from outside', async () => {
    const killed = new Set<number>()
    const result = await resultOf({ ...PLAN, duration: '3s', target: stdioTarget() }, async (run) => {
      const next = (): number | undefined => run.metrics().target.pids.find((pid) => !killed.has(pid) && exists(pid))
      for (let round = 0; round < 2; round++) {
        const pid = await vi.waitUntil(next, WAIT)
        killed.add(pid)
        await setTimeout(100)
        process.kill(pid, 'SIGKILL')
      }
    })
    const { 'process-exit': lost = 0, ...others } = errorsOf(result)
    expect(others).toEqual({})
    expect(lost).toBeLessThanOrEqual(killed.size)
    expect(result.successes + lost).toBe(135)
    expect(result.connections).toMatchObject({ opened: 1 + killed.size, reconnects: killed.size })
  })

  test('counts every call as a time-out when the server never answers, and ends the server with the run', async () => {
    let pids: readonly number[] = []
    const plan: WrittenPlan = { ...PLAN, protocol: 'mcp', requestTimeout: '4s', duration: '1s', rate: 100 }
    const result = await resultOf({ ...plan, target: stdioTarget({ silentEvery: 1 }) }, async (run) => {
      pids = await vi.waitUntil(() => run.metrics().target.pids.length > 0 && run.metrics().target.pids, WAIT)
    })
    expect(errorsOf(result)).toEqual({ timeout: 100 })
    expect(result.connections).toMatchObject({ opened: 1, reconnects: 0, failed: 0 })
    expect(pids.filter(exists)).toEqual([])
  })

  test('ends with the process that loads it, even if it ignores SIGTERM and that process is killed', async () => {
    const server = `
      process.on('SIGTERM', () => {})
      setInterval(() => {}, 1_000)
      require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
        const { id, method, params } = JSON.parse(line)
        const serverInfo = { name: 'stubborn', version: '1' }
        const result = method === 'initialize' ? { protocolVersion: params.protocolVersion, capabilities: {}, serverInfo } : {}
        if (id !== undefined) console.log(JSON.stringify({ jsonrpc: '2.0', id, result }))
      })`
    const script = `
      const { startLoad } = await import(${JSON.stringify(new URL('../index.ts', import.meta.url).href)})
      const stdio = ${JSON.stringify([process.execPath, '--eval', server])}
      const run = startLoad({ target: { stdio }, rate: 20, duration: '60s' })
      for await (const _ of run) {
        console.log(run.metrics().target.pids.join(' '))
        break
      }
      await run.result`
    const host = execFile(process.execPath, ['--input-type=module', '--eval', script])
    const [pids] = await once(host.stdout ?? host, 'data')
    const [pid] = String(pids).trim().split(' ').map(Number)
    expect(pid).toSatisfy(exists)
    host.kill('SIGKILL')
    await vi.waitFor(() => expect(readStat(pid ?? 0)?.zombie ?? true).toBe(true), WAIT)
  })
})
