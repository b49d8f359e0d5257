import type { LikelyCause } from '../../model/likely-cause.ts'
import type { LoadResult } from '../../model/result.ts'
import { busiestCpu, cpuQuota, FULL_CPU, meanCpu, meanUse, ONE_THREAD } from '../../model/target-use.ts'
import type { Ms } from '../../model/units.ts'

/** CPU use of a process, in % of one core, up to which the target waits instead of computing. */
const IDLE_CPU = 50
/** Share of a response time from which a part of it is its cause. */
const PART = 0.25
/** Share of the run's time from which a full pool is the cause. */
const FULL_POOL = 0.1
/** Silence of a target that is not an ordinary pause. */
const STALL_MS = 250
/** Number of requests that a stall delays. */
const STALLED_REQUESTS = 5
const SLOW_SERVICE_MS = 100

/**
 * Returns what probably made a run slow or broke it, the most certain first. Only one run is available here, so a cause
 * is what the run itself shows: a full resource, a silence, or waiting without work.
 */
export function likelyCauses(result: LoadResult): readonly LikelyCause[] {
  const [own, late] = [errors(result, false), errors(result, true)]
  const shown = [own, poolFull(result), cpuFull(result), stalled(result)].filter((cause) => cause !== undefined)
  if (shown.length > 0) return shown
  return [targetWaited(result) ?? late].filter((cause) => cause !== undefined)
}

/** Classes that a slow or silent target causes, so that they explain nothing themselves. */
const SYMPTOMS: ReadonlySet<string> = new Set(['timeout', 'cancelled'])

function errors({ errorsByClass, requestsScheduled }: LoadResult, areSymptoms: boolean): LikelyCause | undefined {
  const [main] = Object.entries(errorsByClass)
    .filter(([name]) => SYMPTOMS.has(name) === areSymptoms)
    .toSorted(([, a], [, b]) => b.count - a.count)
  if (main === undefined) return undefined
  const [errorClass, { count, first }] = main
  return count < 0.01 * requestsScheduled ? undefined : { code: 'errors', errorClass, count, first }
}

/** A service time far above the fastest one shows a slow target, which keeps connections busy, however many there are. */
const SLOWED = 3
const USUAL_SLOWNESS_MS = 20

function poolFull({ pool, queueTime, responseTime, serviceTime }: LoadResult): LikelyCause | undefined {
  const { p99Ms: waitMs = 0 } = queueTime
  if (isSlowed(serviceTime)) return undefined
  if (pool.fullRatio < FULL_POOL || waitMs < PART * (responseTime.p99Ms ?? Infinity)) return undefined
  return { code: 'pool-full', connections: pool.size, fullRatio: pool.fullRatio, waitMs }
}

function isSlowed({ minMs = 0, p50Ms = 0 }: LoadResult['serviceTime']): boolean {
  return p50Ms > SLOWED * minMs + USUAL_SLOWNESS_MS
}

/** Time between two samples of the target. */
const SAMPLE_MS = 1_000

function cpuFull({ target: { samples, pids } }: LoadResult): LikelyCause | undefined {
  const used = meanCpu(samples)
  const busiest = busiestCpu(samples)
  if (used === null || busiest === null) return undefined
  const quota = cpuQuota(samples)
  if (quota !== null && used >= FULL_CPU * quota) {
    return { code: 'target-quota-full', cpuPercent: used, quotaPercent: 100 * quota }
  }
  const waitRatio = (meanUse(samples, ({ coreWaitMs }) => coreWaitMs) ?? 0) / SAMPLE_MS
  if (busiest < FULL_CPU && waitRatio > PART && busiest + 100 * waitRatio >= FULL_CPU) {
    return { code: 'target-starved', cpuPercent: used, waitRatio: Math.min(1, waitRatio) }
  }
  if (pids.length === 0 || busiest < FULL_CPU || busiest >= ONE_THREAD) return undefined
  return { code: 'target-thread-full', cpuPercent: busiest }
}

/** Returns the longest silence of a target, if it is much longer than the usual time between two responses. */
function stalled(result: LoadResult): LikelyCause | undefined {
  const { batches, target } = result
  const silent = batches.successes.map((count, i) => {
    const others = (batches.errors[i] ?? 0) + (batches.dropped[i] ?? 0)
    return count + others === 0 && (batches.inFlight[i] ?? 0) >= STALLED_REQUESTS
  })
  const [from, to] = longestRun(silent)
  const [fromMs, toMs] = [from, to].map((i) => batches.startMs + i * batches.lengthMs) as [Ms, Ms]
  if (toMs - fromMs < STALL_MS) return undefined
  const during = target.samples.filter(({ atMs }) => atMs > fromMs && atMs <= toMs + 1_000)
  return {
    code: 'target-stalled',
    fromMs,
    toMs,
    waiting: Math.max(...batches.inFlight.slice(from, to)),
    cpuPercent: meanCpu(during),
  }
}

/** Returns the first and the last index (excluded) of the longest row of true values. */
function longestRun(values: readonly boolean[]): readonly [from: number, to: number] {
  let longest: readonly [number, number] = [0, 0]
  let from = 0
  for (let i = 0; i <= values.length; i++) {
    if (values[i] === true) continue
    if (i - from > longest[1] - longest[0]) longest = [from, i]
    from = i + 1
  }
  return longest
}

/** Requests may also wait for connections that a slow target keeps busy. */
function targetWaited({ target, serviceTime, responseTime, generator, pool }: LoadResult): LikelyCause | undefined {
  const { p50Ms: serviceMs = 0, p99Ms = 0 } = serviceTime
  const busiest = busiestCpu(target.samples)
  const isService =
    p99Ms > (1 - PART) * (responseTime.p99Ms ?? Infinity) || (isSlowed(serviceTime) && pool.fullRatio >= FULL_POOL)
  if (busiest === null || busiest > IDLE_CPU || !isService || serviceMs < SLOW_SERVICE_MS) return undefined
  if (generator.eventLoopUtilization > FULL_CPU / 100) return undefined
  return { code: 'target-waited', serviceMs, cpuPercent: busiest }
}
