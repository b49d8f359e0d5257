import { describe, expect, test } from 'vitest'
import type { ProtocolName } from '../../protocols/index.ts'
import type { LoadResult, TargetSample } from '../../model/result.ts'
import type { VerdictValue } from '../../model/verdict.ts'
import type { Conclusion } from '../suite.ts'
import { measuredProtocol, type ProtocolRuns, protocolsConclusion, protocolsFindings } from './conclusion.ts'
import { fast, runWith, slo, slow, undecided } from './rate-runs.builder.ts'

/** Twelve rounds of full load. */
const FILLED = { full: fast, clients: 16, unslowed: false, throughputRps: roundsAt(100) }

function roundsAt(rps: number): readonly number[] {
  return Array.from({ length: 12 }, (_, round) => rps + round - 5.5)
}

function runsOver(protocol: ProtocolName, common: LoadResult, changed: Partial<ProtocolRuns> = {}): ProtocolRuns {
  return {
    subject: { protocol, target: 'http://127.0.0.1:3000', plan: {}, slo, rate: 100, holdMs: 3_400, duration: 10_000 },
    common,
    filled: FILLED,
    highest: { maxRps: 50, maxIsBound: false, heldShare: [0.5, 0.5], held: fast, lowest: undefined },
    cuts: [{ figures: [fast], lost: [0, 0, 0, 0], reconnectMs: [8, 12, 10, 11] }],
    ...changed,
  }
}

describe('the figures of a protocol', () => {
  test('combine the runs over it', () => {
    const { verdict, unknown = [], intervals, ...figures } = measuredProtocol(runsOver('http', fast))
    expect(verdict).toBe('pass')
    expect(unknown.map(({ value }) => value)).toEqual(['CPU'])
    expect(figures).toEqual({
      protocol: 'http',
      throughputRps: 100,
      clients: 16,
      maxRps: 50,
      maxIsBound: false,
      p50Ms: expect.closeTo(10, 1),
      p95Ms: expect.closeTo(10, 1),
      p99Ms: expect.closeTo(10, 1),
      successRate: 1,
      reconnectMs: 12,
      lost: 0,
      cpuUsPerRequest: null,
    })
    // The 3rd and the 10th of 12 rounds enclose the median with 96%.
    expect(intervals).toMatchObject({
      throughputRps: [96.5, 103.5],
      maxRps: [48.25, 51.75],
      p50Ms: [expect.closeTo(10, 1), expect.closeTo(10, 1)],
      lostShare: [0, expect.closeTo(0.0037, 4)],
      reconnectMs: null,
    })
  })

  test('mark the highest rate as a lower bound when no number of clients slowed the target', () => {
    const filled = { ...FILLED, clients: 256, unslowed: true }
    expect(measuredProtocol(runsOver('tcp', fast, { filled }))).toMatchObject({ maxIsBound: true, clients: 256 })
  })

  const sample = (second: number, cpuPercent: number): TargetSample => ({
    atMs: 1_000 * second,
    cpuPercent,
    busiestProcessCpuPercent: cpuPercent,
    rssMb: 50,
    openSockets: 1,
    bytesIn: null,
    bytesOut: null,
  })
  const monitored = (cpuPercent: number): LoadResult =>
    runWith(undefined, { target: { url: fast.target.url, pids: [1], samples: [sample(1, 0), sample(2, cpuPercent)] } })

  test('take the CPU per request from the highest rate held, and from the full load if none was held', () => {
    const filled = { ...FILLED, full: monitored(50) }
    const highest = {
      maxRps: 50,
      maxIsBound: false,
      heldShare: [0.5, 0.5],
      held: monitored(20),
      lowest: undefined,
    } as const
    // 20% of a core during one second, over 100 requests.
    expect(measuredProtocol(runsOver('http', fast, { filled, highest })).cpuUsPerRequest).toBeCloseTo(2_000, 6)
    const lowest = { rate: 6, verdict: 'fail', trialReason: undefined } as const
    const none = { maxRps: null, maxIsBound: false, heldShare: [0, 0.06], held: undefined, lowest } as const
    const measured = measuredProtocol(runsOver('http', fast, { filled, highest: none }))
    expect(measured.cpuUsPerRequest).toBeCloseTo(5_000, 6)
    expect(measured.unknown).toMatchObject([{ value: 'held', reason: { code: 'not-shown', rps: 6 } }])
    const idle = measuredProtocol(runsOver('http', fast, { filled, highest: { ...highest, held: monitored(5) } }))
    expect(idle.cpuUsPerRequest).toBeNull()
    expect(idle.unknown).toEqual([{ value: 'CPU', reason: { code: 'little-cpu' } }])
  })
})

describe('the suite', () => {
  const skipped = [{ protocol: 'mcp' as const, why: 'no target for mcp: set LOAD_TARGET_MCP' }]

  function conclude(...runs: readonly ProtocolRuns[]): Conclusion {
    return protocolsConclusion(protocolsFindings({ slo, rate: 100, phaseMs: 10_000, skipped }, runs), runs)
  }

  test.each<[VerdictValue, string | undefined, readonly LoadResult[], number]>([
    ['pass', undefined, [fast, fast], 0],
    ['fail', undefined, [fast, slow, undecided], 1],
    ['inconclusive', 'pass', [fast, undecided], 1],
    ['inconclusive', 'fail', [undecided, runWith(80)], 1],
  ])(
    'is %s (leans to %s) for the worst protocol, and refers to its run (%#)',
    (verdict, leaning, results, deciding) => {
      const protocols = ['http', 'websocket', 'tcp'] as const
      const conclusion = conclude(...results.map((result, i) => runsOver(protocols[i] ?? 'mcp', result)))
      expect([conclusion.verdict, conclusion.leaning]).toEqual([verdict, leaning])
      expect(conclusion.result).toBe(results[deciding])
    },
  )

  test('is invalid without any target', () => {
    expect(conclude()).toMatchObject({
      verdict: 'invalid',
      message: 'No protocol was compared, because none has a target.',
      result: undefined,
    })
  })

  test('ranks the protocols by the highest rate held, and lists the skipped ones', () => {
    const filled = { ...FILLED, throughputRps: roundsAt(200) }
    const { message, lines } = conclude(runsOver('http', fast), runsOver('tcp', fast, { filled }))
    expect(message).toBe('Best: tcp, then http (mcp skipped).')
    expect(lines).toContain('tcp was better than http: rate 100 against 50 req/s')
    expect(lines).toContain('mcp was skipped: no target for mcp: set LOAD_TARGET_MCP')
  })

  test('shows ties of protocols that measured alike', () => {
    const runs = [runsOver('http', fast), runsOver('tcp', fast)]
    const findings = protocolsFindings({ slo, rate: 100, phaseMs: 1_000, skipped: [] }, runs)
    expect(protocolsConclusion(findings, runs)).toMatchObject({
      message: 'No difference shown between http and tcp.',
      lines: expect.arrayContaining([
        'best for high throughput: no difference shown between http and tcp',
        '4 rounds cannot show a difference in rates or losses; phases of 2 s have 12 rounds (phaseMs, LOAD_DURATION, -d)',
      ]),
    })
    expect(findings.ranking.map(({ rank }) => rank)).toEqual([1, 1])
  })
})
