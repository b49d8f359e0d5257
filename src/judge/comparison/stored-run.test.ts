import { describe, expect, test } from 'vitest'
import type { Environment } from '../../model/record.ts'
import type { LoadResult } from '../../model/result.ts'
import { evenBatches } from '../result.builder.ts'
import { machine, runOf } from './baseline.builder.ts'
import { comparedPlan, differencesBetween, isSameMachine, type RunOrigin, storedPart, storedRun } from './stored-run.ts'

const result = runOf(10, 1)

function keysOf(change: { environment?: Partial<Environment>; run?: LoadResult }): readonly string[] {
  const stored = { environment: machine, plan: comparedPlan(result) }
  const current = { environment: { ...machine, ...change.environment }, plan: comparedPlan(change.run ?? result) }
  return differencesBetween(stored, current).map(({ key }) => key)
}

describe('runs are comparable', () => {
  test.each<readonly [string, Parameters<typeof keysOf>[0]]>([
    ['at another commit', { environment: { commit: null } }],
    ['with a patch of Node.js', { environment: { node: '24.11.5' } }],
    ['with a patch of describe-load', { environment: { describeLoad: '0.1.9' } }],
    ['with a patch of the kernel', { environment: { os: 'Linux 6.8.0-1029-azure' } }],
    ['with some MB of memory less', { environment: { memoryMb: 15_990 } }],
    [
      'with another name, seed and port',
      { run: { ...result, name: 'b', seed: 'ff', target: { ...result.target, url: 'http://127.0.0.1:1/' } } },
    ],
    [
      'with another service level',
      { run: runOf(10, 1, { plan: { sla: { p99Ms: 5 }, confidence: 0.9, onInconclusive: 'warn' } }) },
    ],
    [
      'of a plan that ends when it is decided, at another time',
      { run: runOf(10, 1, { plan: { durationMs: 34_000, plannedDurationMs: result.plan.durationMs } }) },
    ],
    ['with the arrivals of another seed', { run: { ...result, offeredRps: 1.05 * result.offeredRps } }],
  ])('%s', (_, change) => {
    expect(keysOf(change)).toEqual([])
  })

  test.each<readonly [string, Parameters<typeof keysOf>[0], readonly string[]]>([
    ['another CPU', { environment: { cpu: 'Apple M4', cpus: 10 } }, ['cpu', 'cpus']],
    ['another minor release of Node.js', { environment: { node: '24.12.0' } }, ['node']],
    ['another minor release of describe-load', { environment: { describeLoad: '0.2.0' } }, ['describeLoad']],
    ['another kernel', { environment: { os: 'Linux 6.11.0-1' } }, ['os']],
    ['half of the memory', { environment: { memoryMb: 8_000 } }, ['memoryMb']],
    ['another rate', { run: runOf(10, 1, { plan: { rate: 100 } }) }, ['rate']],
    ['another request', { run: runOf(10, 1, { plan: { request: 'POST /' } }) }, ['request']],
    ['short-lived connections', { run: runOf(10, 1, { plan: { connection: 'short-lived' } }) }, ['connection']],
    ['HTTP/2', { run: { ...result, protocolVersion: 'HTTP/2' } }, ['protocolVersion']],
    ['another peak of the same pattern', { run: { ...result, offeredRps: 2 * result.offeredRps } }, ['offeredRps']],
  ])('not with %s', (_, change, keys) => {
    expect(keysOf(change)).toEqual(keys)
  })

  test('in the closed model, whatever rate they reached', () => {
    const closed = (rps: number): LoadResult => ({ ...runOf(10, 1, { plan: { concurrency: 5 } }), offeredRps: rps })
    const [stored, current] = [100, 300].map((rps) => comparedPlan(closed(rps)))
    expect(stored?.offeredRps).not.toBe(current?.offeredRps)
    const at = (plan = comparedPlan(closed(100))): RunOrigin => ({ environment: machine, plan })
    expect(differencesBetween(at(stored), at(current))).toEqual([])
  })
})

test('a machine is the same whatever was measured on it', () => {
  expect(isSameMachine(machine, { ...machine, commit: null })).toBe(true)
  expect(isSameMachine(machine, { ...machine, cpus: 8 })).toBe(false)
})

describe('a stored run', () => {
  test('contains a histogram once, and returns it for each part', () => {
    const stored = storedRun(result, machine)
    expect(stored.operations['GET /']?.responseTime.histogram).toBe('')
    const operation = result.operations['GET /'] ?? result
    expect(operation).not.toBe(result)
    expect(storedPart(stored, operation, result)?.responseTime).toEqual(result.responseTime)
    expect(storedPart(stored, result, result)).toBe(stored)
  })

  test('keeps the histogram of a part that differs', () => {
    const phased = runOf(10, 1, {
      batches: evenBatches(40, 50, (i) => (i < 1_000 ? 10 : 20)),
      phases: { first: [0, 20], second: [20, 40] },
    })
    const stored = JSON.parse(JSON.stringify(storedRun(phased, machine))) as ReturnType<typeof storedRun>
    const second = phased.phases['second'] ?? phased
    expect(storedPart(stored, second, phased)?.responseTime.p50Ms).toBeCloseTo(20, 1)
    expect(storedPart({ ...stored, phases: {} }, second, phased)).toBeUndefined()
  })
})
