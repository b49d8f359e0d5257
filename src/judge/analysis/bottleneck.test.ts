import { describe, expect, it } from 'vitest'
import type { LoadResult, TargetSample } from '../../model/result.ts'
import { evenBatches, resultOf } from '../result.builder.ts'
import { bottleneckOf, type OverloadEvidence } from './bottleneck.ts'
import { trialReason } from '../../wording/trial-reasons.ts'
import { openOutcome } from './trial.builder.ts'

const machine = { cpus: 2, memoryMb: 8_000 }
const pool = (fullRatio: number): Partial<LoadResult> => ({ pool: { size: 100, peakInUse: 100, fullRatio } })

function measured(serviceMs: number, rest: Partial<LoadResult> = {}): LoadResult {
  return resultOf({ batches: evenBatches(8, 20, () => serviceMs), rest })
}

interface Watched {
  readonly rssMb?: number
  readonly pids?: readonly number[]
  readonly busiest?: number
  readonly url?: string
}

/** A target on this machine with three samples; the first sample is idle. */
function target(
  cpuPercent: number,
  { rssMb = 100, pids = [1], busiest = cpuPercent, url = 'http://127.0.0.1:1/' }: Watched = {},
): Partial<LoadResult> {
  const sample: TargetSample = {
    atMs: 1_000,
    cpuPercent,
    busiestProcessCpuPercent: busiest,
    rssMb,
    openSockets: 100,
    bytesIn: 0,
    bytesOut: 0,
  }
  return { target: { url, pids, samples: [{ ...sample, cpuPercent: 0 }, sample, sample] } }
}

function found(overloaded: LoadResult, more: Partial<OverloadEvidence> = {}): ReturnType<typeof bottleneckOf> {
  return bottleneckOf({ calm: measured(10, target(5)), overloaded, toolLimited: [], machine, ...more })
}

describe('the bottleneck', () => {
  it.each([
    ['a full core of one process', 'target-cpu', measured(50, target(97))],
    ['full cores of two processes', 'target-cpu', measured(50, target(190, { pids: [1, 2], busiest: 97 }))],
    ['a full core of one of three processes', 'target-cpu', measured(50, target(98, { pids: [1, 2, 3], busiest: 97 }))],
    ['all cores of one process of many threads', 'target-cpu', measured(50, target(195))],
    ['memory', 'target-memory', measured(50, target(97, { rssMb: 7_000 }))],
    ['slow responses with an idle CPU', 'downstream-wait', measured(250, target(4))],
    ['busy connections with an unchanged service time', 'connections', measured(10, { ...target(30), ...pool(0.9) })],
  ])('%s → %s', (_, resource, overloaded) => {
    expect(found(overloaded)).toMatchObject({ resource })
  })

  it('is a rate limit, whatever the target uses, or another refusal if nothing is full', () => {
    const batches = evenBatches(8, 20, () => 5).map((batch) =>
      Object.assign({}, batch, { errors: { 'http-4xx': 200 } }),
    )
    const failing = (cpuPercent: number, statuses: LoadResult['statuses']): ReturnType<typeof found> =>
      found(resultOf({ batches, rest: { ...target(cpuPercent), ...pool(0.99), statuses } }))
    const refused = failing(97, { 429: 1_600 })
    expect([refused.resource, failing(20, {}).resource, failing(97, {}).resource]).toEqual([
      'refusal',
      'refusal',
      'target-cpu',
    ])
    expect(refused.evidence.map(({ message }) => message)).toEqual([
      'the target answered 90.9% of the requests with errors: http-4xx, first error: the first http-4xx',
    ])
  })

  it('is not the CPU when threads leave cores idle or two processes share a core', () => {
    const machineOfFour = { machine: { cpus: 4, memoryMb: 8_000 } }
    expect(found(measured(11, target(195)), machineOfFour).resource).toBeNull()
    expect(found(measured(11, target(97, { pids: [1, 2], busiest: 49 }))).resource).toBeNull()
  })

  it('of a remote target does not depend on the cores and the memory of this machine', () => {
    const elsewhere = { pids: [], url: 'http://10.0.0.1/' }
    expect(found(measured(50, target(97, elsewhere)))).toMatchObject({
      resource: 'target-cpu',
      evidence: [
        { code: 'thread-full', cpuPercent: 97, processes: 0, busiestPercent: 97 },
        { code: 'generator-had-time' },
        { code: 'service-time' },
      ],
    })
    const busy = found(measured(50, target(195, { ...elsewhere, rssMb: 7_900 })))
    expect(busy).toMatchObject({ resource: null })
    expect(busy.evidence[0]).toMatchObject({ code: 'remote-cpu', cpuPercent: 195 })
    expect(found(measured(250, target(4, elsewhere))).resource).toBe('downstream-wait')
  })

  it('is the CPU when a quota stops the container, although no core is full', () => {
    const limited = target(48)
    const samples = limited.target?.samples.map((sample) =>
      Object.assign(sample, { cpuLimitCores: 0.5, throttledRatio: 0.93 }),
    )
    const overloaded = measured(250, { target: { url: 'http://127.0.0.1:1/', pids: [1], samples: samples ?? [] } })
    expect(found(overloaded)).toMatchObject({
      resource: 'target-cpu',
      evidence: [
        { code: 'quota-full', cpuPercent: 48, quotaPercent: 50, throttledRatio: 0.93 },
        { code: 'generator-had-time' },
        { code: 'service-time' },
      ],
    })
  })

  it('is not the CPU when the container stays below its quota', () => {
    const idle = target(10)
    const samples = idle.target?.samples.map((sample) =>
      Object.assign(sample, { cpuLimitCores: 0.5, throttledRatio: 0.02 }),
    )
    const overloaded = measured(250, { target: { url: 'http://127.0.0.1:1/', pids: [1], samples: samples ?? [] } })
    expect(found(overloaded).resource).toBe('downstream-wait')
  })

  it('is the CPU when several threads use all cores that the generator leaves', () => {
    const generator = { ...measured(10).generator, cpuPercent: 60, runDelayRatio: 0.3 }
    const overloaded = measured(250, { ...target(128), generator })
    expect(found(overloaded)).toMatchObject({
      resource: 'target-cpu',
      evidence: [
        {
          code: 'cores-shared',
          targetPercent: 128,
          generatorPercent: 60,
          machinePercent: 200,
          runDelayRatio: 0.3,
        },
        { code: 'generator-had-time' },
        { code: 'service-time' },
      ],
    })
    const late = openOutcome('step', 1_000, {
      verdict: 'invalid',
      reasons: [trialReason({ code: 'generator-saturated' })],
      isToolLimited: true,
    })
    expect(found(overloaded, { toolLimited: [late] }).resource).toBe('target-cpu')
    expect(found(measured(250, { ...target(40), generator }), { toolLimited: [late] }).resource).toBe('generator')
    expect(found(measured(11, { ...target(118), generator: { ...generator, cpuPercent: 20 } })).resource).toBeNull()
  })

  it('is not a downstream wait while one process is busy, however idle the others are', () => {
    expect(found(measured(250, target(75, { pids: [1, 2, 3], busiest: 71 }))).resource).toBeNull()
    expect(found(measured(250, target(75, { pids: [1, 2, 3], busiest: 30 }))).resource).toBe('downstream-wait')
  })

  it('names the CPU use of the busiest process', () => {
    expect(found(measured(50, target(98, { pids: [1, 2, 3], busiest: 97 }))).evidence[0]).toMatchObject({
      code: 'thread-full',
      cpuPercent: 98,
      processes: 3,
      busiestPercent: 97,
    })
  })

  it('is the network when the traffic of a remote target is close to the speed of a link', () => {
    const remote = { target: { url: 'http://example.test/', pids: [], samples: [] }, bytesReceived: 0.9 * 250e6 }
    expect(found(measured(50, { ...remote, durationMs: 2_000 })).resource).toBe('network')
    expect(found(measured(50, { ...remote, durationMs: 2_000, bytesReceived: 1e8 })).resource).toBeNull()
  })

  it('is the generator, before any other resource, when it could not deliver the load', () => {
    const late = openOutcome('step', 16_000, {
      verdict: 'invalid',
      reasons: [trialReason({ code: 'schedule-lag', lagMs: 80, allowedMs: 10 })],
      isToolLimited: true,
    })
    expect(found(measured(50, target(97)), { toolLimited: [late, late] })).toMatchObject({
      resource: 'generator',
      evidence: [
        { code: 'not-delivered', rateRps: 16_000, reason: { code: 'schedule-lag', lagMs: 80 } },
        { code: 'generator-use', cpuPercent: 12, threads: 1, busyRatio: 0.2 },
      ],
    })
  })

  it('is unknown, with a reason, when the target was not monitored', () => {
    expect(found(measured(250))).toMatchObject({
      resource: null,
      evidence: [
        { code: 'not-monitored', why: 'monitor is off' },
        { code: 'generator-had-time', busyRatio: 0.2 },
        { code: 'service-time', calmMs: expect.closeTo(10, 1), overloadedMs: expect.closeTo(250, 0) },
      ],
    })
  })
})
