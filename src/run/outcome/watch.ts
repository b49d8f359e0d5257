import inspector from 'node:inspector'
import { availableParallelism } from 'node:os'
import {
  type BusyProgram,
  hostDoubts,
  HostWatch,
  ProcessTimes,
  type Resources,
  sharedCoresDoubt,
  type TargetWatch,
  type WatchSpec,
  watchTarget,
} from '../../measure/monitor/index.ts'
import { type Blocks, toOwn } from '../../model/blocks.ts'
import type { Doubt } from '../../model/doubt.ts'
import type { CompiledPlan } from '../../plan/compiled-plan.ts'
import type { ResolvedPlan } from '../../plan/resolved-plan.ts'
import { realTime } from '../../model/real-time.ts'
import type { TargetFigures, TargetSample } from '../../model/result.ts'
import { sum } from '../../model/sum.ts'
import type { Ms } from '../../model/units.ts'
import { within } from '../../model/within.ts'
import { monotonicMs } from '../../traffic/clock.ts'
import { generatorDoubts, worstRunDelay } from './generator-doubts.ts'
import { mergeSamples } from './merge-samples.ts'
import type { GeneratorState } from '../generator/messages.ts'
import type { Placement } from '../generator/placement.ts'
import { portOf } from '../../protocols/index.ts'
import { doubt } from '../../wording/doubts.ts'
import { resourceDoubts } from '../generator/resources.ts'
import { checkHost } from '../target/check-target.ts'
import { ignoredProxy } from '../target/ignored-proxy.ts'
import { type TargetConnection, urlsOf } from '../target/target-connection.ts'

const SAMPLE_MS = 1_000
/** Maximum number of samples. Beyond it, pairs of samples are merged, and they are taken half as often from then on. */
const MAX_SAMPLES = 600
/** Shorter times than this are part of the sample before, because the CPU time of a process is known to 10 ms. */
const MIN_SAMPLE_MS: Ms = 500
/** Shorter times than this have no sample. */
const MIN_REST_MS: Ms = 20
/** How long the end of a run waits for the last metrics page, which may come late or never. */
const MAX_PAGE_WAIT_MS: Ms = 250

/** Watches the target and the machine during a run. */
export class Watch {
  readonly #targets: readonly TargetConnection[]
  readonly #target: TargetWatch | undefined
  readonly #unwatched: string | undefined
  /** Names of programs that work for the target. */
  readonly #helpers: readonly string[]
  readonly #host: HostWatch
  readonly #processes = new ProcessTimes()
  readonly #standing: readonly Doubt[]
  readonly #resources: Resources
  readonly #onProcesses: (pids: readonly number[]) => void
  #samples: TargetSample[] = []
  /** Whether the last sample of the run was taken. A page that comes later is not part of the run. */
  #isSampled = false
  #everyMs = SAMPLE_MS
  /** The sample that is being taken. */
  #sampling: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #startMs: Ms = Number.NaN
  readonly #blocks: Blocks | undefined
  /** Whether no load precedes the measured part. */
  readonly #isIdleBefore: boolean

  private constructor(
    targets: readonly TargetConnection[],
    target: TargetWatch | undefined,
    unwatched: string | undefined,
    standing: readonly Doubt[],
    resources: Resources,
    onProcesses: (pids: readonly number[]) => void,
    plan: CompiledPlan,
  ) {
    this.#targets = targets
    this.#blocks = plan.blocks
    this.#isIdleBefore = plan.warmUpMs === 0 && plan.blocks === undefined
    this.#helpers = helpersOf(plan)
    this.#host = new HostWatch(this.#helpers)
    this.#target = target
    this.#unwatched = unwatched
    this.#standing = standing
    this.#resources = resources
    this.#onProcesses = onProcesses
    this.#reportProcesses()
  }

  /**
   * `resources` are those before the run. `metrics` watches the metrics page of the plan, if it names one.
   * `onProcesses` receives the processes of a target on this machine, now and every second: they may start or end
   * others.
   */
  static start(
    plan: CompiledPlan,
    targets: readonly TargetConnection[],
    placement: Placement,
    resources: Resources,
    metrics: TargetWatch | undefined,
    onProcesses: (pids: readonly number[]) => void,
  ): Watch {
    const standing = [...standingDoubts(placement), ...resourceDoubts(plan, placement, targets, resources)]
    const watch = (target: TargetWatch | undefined, unwatched?: string): Watch =>
      new Watch(targets, target, unwatched, standing, resources, onProcesses, plan)
    if (metrics !== undefined) return watch(metrics)
    const { monitor } = plan
    if (monitor === 'off') return watch(undefined, "the plan says monitor: 'off'")
    const isNamed = typeof monitor === 'object' && ('pid' in monitor || 'port' in monitor)
    const found = isNamed ? monitor : findable(targets)
    return typeof found === 'object' && 'why' in found
      ? watch(undefined, found.why)
      : watch(watchTarget(found, { network: true }))
  }

  /**
   * Reads the target's network bytes before any load. Listing the connections takes a while on a busy machine, so a
   * list that is requested at the start would miss the first requests.
   */
  async readBeforeLoad(): Promise<void> {
    if (this.#isIdleBefore && this.pids.length > 0) await this.#target?.sample()
  }

  /** `startMs` is the start of the measured part on the machine's monotonic clock. */
  measureFrom(startMs: Ms): void {
    this.#startMs = startMs
    this.#timer = realTime.setTimeout(
      () => this.#beginBlock(0),
      Math.max(0, startMs + this.#startOf(0) - monotonicMs()),
    )
  }

  /** The processes of the target on this machine that are known now. */
  get pids(): readonly number[] {
    return this.#target?.pids ?? []
  }

  /** A run without blocks is one block. */
  #startOf(block: number): Ms {
    return this.#blocks === undefined ? 0 : (this.#blocks.startsMs[block] ?? Number.POSITIVE_INFINITY)
  }

  #beginBlock(block: number): void {
    this.#host.start()
    // Samples count from the previous one.
    void this.#target?.sample({ network: !this.#isIdleBefore })
    this.#schedule(block)
  }

  /** Time on the axis of the result. */
  #now(): Ms {
    const clockMs = monotonicMs() - this.#startMs
    return this.#blocks === undefined ? clockMs : toOwn(this.#blocks, clockMs)
  }

  /** Adds a process of the target that a connection has started. */
  follow(pid: number): void {
    this.#target?.follow(pid)
    this.#reportProcesses()
  }

  /** Takes no more samples. One that was requested before is still added. */
  endSamples(): void {
    realTime.clearTimeout(this.#timer)
  }

  /** Takes the last sample of a run, which covers the time since the one before, if there is one. */
  async sampleRest(): Promise<void> {
    this.endSamples()
    if (this.#target === undefined) return
    if (this.#target.pids.length > 0) await this.#sampleSince(MIN_REST_MS)
    else await within(MAX_PAGE_WAIT_MS, this.#sampleSince(MIN_SAMPLE_MS))
    this.#isSampled = true
  }

  async #sampleSince(minRestMs: Ms): Promise<void> {
    await this.#sampling
    const last = this.#samples.at(-1)
    if (this.#isSampled || last === undefined || this.#now() - last.atMs < minRestMs) return
    await this.#sample()
    const rest = this.#samples.at(-1)
    if (rest === undefined || rest === last) return
    // Processes that ended with the run have nothing to add.
    if (rest.rssMb === null) this.#samples.pop()
    else if (rest.atMs - last.atMs < MIN_SAMPLE_MS) this.#samples.splice(-2, 2, this.#merged(this.#samples.length - 2))
  }

  stop(): void {
    this.endSamples()
    this.#target?.stop()
  }

  figures(): TargetFigures {
    const unwatched = this.#unwatched ?? this.#target?.unwatched
    const unwatchedNetwork = this.#target?.unwatchedNetwork
    return {
      url: urlsOf(this.#targets),
      pids: [...this.pids],
      samples: [...this.#samples],
      ...(unwatched !== undefined && { unwatched }),
      ...(unwatchedNetwork !== undefined && { unwatchedNetwork }),
    }
  }

  /** CPU that the target on this machine has used on average, in cores; 0 if it is not watched. */
  get targetCores(): number {
    const cpus = this.#cpuPercents
    return cpus.length === 0 ? 0 : sum(cpus) / cpus.length / 100
  }

  /**
   * Returns reasons to distrust the run: the machine, the way the run was started, or the generator threads.
   * `besideCores` is the CPU of a target that another run loads at the same time.
   */
  doubts(states: readonly GeneratorState[], besideCores: number): readonly Doubt[] {
    const noise = this.#host.read({ targetCores: this.targetCores + besideCores })
    // The CPU of a local target that is not watched cannot be distinguished from that of other processes.
    const unknown = this.#isHere && this.#cpuPercents.length === 0 && { foreignCores: 0 }
    const known =
      noise === null
        ? []
        : hostDoubts({ ...noise, runDelayRatio: worstRunDelay(states), ...unknown }, () => this.#busiestPrograms())
    const shared = noise === null ? [] : this.#sharedCores(noise.ownCores, besideCores)
    return [
      ...generatorDoubts(states, this.#resources),
      ...this.#standing,
      ...proxyDoubts(this.#targets),
      ...known,
      ...shared,
    ]
  }

  #busiestPrograms(): readonly BusyProgram[] {
    const programs = this.#processes.busiestSince([process.pid, ...this.pids])
    return programs.filter(({ name }) => !this.#helpers.includes(name))
  }

  /** Nothing if the target uses no core of this machine, or an unknown part of one. */
  #sharedCores(ownCores: number, besideCores: number): readonly Doubt[] {
    if (this.#cpuPercents.length === 0) return []
    const targetCores = this.targetCores + besideCores
    const shared = sharedCoresDoubt({ ownCores, targetCores, cores: availableParallelism() })
    return shared === undefined ? [] : [shared]
  }

  get #isHere(): boolean {
    return this.#targets.every(({ local }) => local)
  }

  /** Of a target on another machine, nothing: it uses none of this machine's CPU. */
  get #cpuPercents(): readonly number[] {
    return this.#isHere ? this.#samples.flatMap(({ cpuPercent }) => cpuPercent ?? []) : []
  }

  #reportProcesses(): void {
    this.#onProcesses(this.pids)
  }

  #schedule(block: number): void {
    const leftMs =
      this.#blocks === undefined
        ? Number.POSITIVE_INFINITY
        : this.#startMs + this.#startOf(block) + this.#blocks.lengthMs - monotonicMs()
    const isLast = leftMs < this.#everyMs + MIN_SAMPLE_MS
    this.#timer = realTime.setTimeout(
      () => {
        if (isLast) this.#endBlock(block)
        else this.#schedule(block)
        this.#sampling = this.#sample()
      },
      isLast ? Math.max(0, leftMs) : this.#everyMs,
    )
  }

  #endBlock(block: number): void {
    this.#host.pause()
    const nextMs = this.#startMs + this.#startOf(block + 1) - monotonicMs()
    if (nextMs === Number.POSITIVE_INFINITY) return
    this.#timer = realTime.setTimeout(() => this.#beginBlock(block + 1), Math.max(0, nextMs))
  }

  async #sample(): Promise<void> {
    const sample = await this.#target?.sample()
    if (sample === undefined || this.#isSampled) return
    this.#reportProcesses()
    // Time at which the figures arrived, not when they were requested: a busy target answers late, and its CPU figure
    // covers the time until then.
    this.#samples.push({ atMs: this.#now(), ...sample })
    if (this.#samples.length <= MAX_SAMPLES) return
    this.#samples = this.#samples.flatMap((each, index) =>
      index % 2 === 1 ? [this.#merged(index - 1)] : index === this.#samples.length - 1 ? [each] : [],
    )
    this.#everyMs *= 2
  }

  /** Returns one sample of the time of the sample at `index` and the next one. */
  #merged(index: number): TargetSample {
    const [before, first, second] = [index - 1, index, index + 1].map((place) => this.#samples[place])
    if (first === undefined || second === undefined) throw new RangeError(`there are no samples from ${index} on`)
    return mergeSamples(
      { sample: first, lengthMs: first.atMs - (before?.atMs ?? 0) },
      { sample: second, lengthMs: second.atMs - first.atMs },
    )
  }
}

/**
 * Watches the metrics page that a plan names for its target, if any. The host of the page must be allowed like that of
 * a target: throws `LoadTargetError` otherwise. Whether the page can be read is only known during the run, which does
 * not depend on it.
 */
export async function watchMetricsPage({
  monitor,
  allowHosts,
}: Pick<ResolvedPlan, 'monitor' | 'allowHosts'>): Promise<TargetWatch | undefined> {
  if (typeof monitor !== 'object' || !('openMetrics' in monitor)) return undefined
  const url = new URL(monitor.openMetrics)
  const addresses = await checkHost(url, allowHosts)
  // Loads undici, which most runs do not need.
  const { watchMetrics } = await import('../../measure/monitor/watch-metrics.ts')
  return watchMetrics({ url, addresses })
}

function helpersOf({ monitor }: CompiledPlan): readonly string[] {
  return (typeof monitor === 'object' && monitor.also) || []
}

/** Returns which of the targets to watch, or why none is watched. */
function findable(targets: readonly TargetConnection[]): WatchSpec | { readonly why: string } {
  const [target, ...others] = targets
  if (target === undefined) return { why: 'not started' }
  if (others.length > 0)
    return { why: 'a mix has several targets: name one with monitor: { pid }, { port } or { openMetrics }' }
  if (!target.local) return { why: 'the target is not on this machine' }
  if (target.stdio !== undefined) return 'followed'
  if (target.pid !== undefined) return { pid: target.pid }
  if (target.socketPath !== undefined)
    return { why: 'the process behind a Unix socket was not looked for: name it with monitor: { pid }' }
  const port = portOf(target.url)
  return port === undefined ? { why: 'its URL has no port' } : { port }
}

/** Returns the doubts that are known before the run starts. */
function standingDoubts({ inlineBecause }: Placement): Doubt[] {
  return [
    ...(inlineBecause === undefined ? [] : [doubt({ code: 'inline-run', reason: inlineBecause })]),
    ...(inspector.url() === undefined ? [] : [doubt({ code: 'inspector' })]),
    ...(process.env['NODE_V8_COVERAGE'] === undefined ? [] : [doubt({ code: 'coverage' })]),
  ]
}

function proxyDoubts(targets: readonly TargetConnection[]): Doubt[] {
  const remote = targets.filter(({ local }) => !local)
  const variable = remote.map(({ url }) => ignoredProxy(url)).find((name) => name !== undefined)
  return variable === undefined ? [] : [doubt({ code: 'proxy-ignored', variable })]
}
