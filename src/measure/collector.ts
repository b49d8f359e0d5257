import { type Blocks, toOwn } from '../model/blocks.ts'
import type { Figures, Interval, JudgedFigures } from '../model/figures.ts'
import type { MetricFigures } from '../model/metric.ts'
import type { Ms } from '../model/units.ts'
import { BatchSeries } from './batches.ts'
import { figuresOf } from './figures.ts'
import { IntervalSeries } from './intervals.ts'
import { BlockTallies, type BlockResult } from './block-tallies.ts'
import { MetricSeries, type UnitConflict } from './metric-series.ts'
import { OwnTime } from './own-time.ts'
import { SLICE_MS, type SliceDelta } from './recorder.ts'
import { type Loss, ThreadBalance, type UnreportedArrivals } from './thread-balance.ts'
import { type LatencyLimit, Tally, type TallyDelta } from './tally.ts'

/** A group of requests over the whole run: its totals, and its batches over time. */
class Group {
  readonly #limits: readonly LatencyLimit[]
  readonly #tally: Tally
  readonly #batches: BatchSeries

  /** `startSlice` is the slice of the group's first request. */
  constructor(limits: readonly LatencyLimit[], startSlice: number) {
    this.#limits = limits
    this.#tally = new Tally(limits)
    this.#batches = new BatchSeries(startSlice)
  }

  get inFlight(): number {
    return this.#tally.inFlight
  }

  add(delta: TallyDelta | undefined): void {
    if (delta === undefined) return this.#batches.addEmpty()
    this.#tally.add(delta)
    this.#batches.add(delta)
  }

  figures(durationMs: Ms): Figures {
    return figuresOf(this.#tally.peek(), this.#limits, durationMs)
  }

  /** `untilMs` is the time at which the target finished its work. */
  judged(durationMs: Ms, untilMs: Ms = this.#batches.untilLastSuccessMs): JudgedFigures {
    const figures = this.figures(durationMs)
    const spanMs = Math.max(durationMs, untilMs)
    const achievedRps = spanMs > 0 ? (figures.successes * 1_000) / spanMs : 0
    return { ...figures, durationMs, achievedRps, batches: this.#batches.toJSON() }
  }
}

/**
 * Adds up the slices of all generator threads, losslessly and in time order. A slice counts once all threads have
 * handed in theirs. Memory is bounded: totals, at most 64 batches per group and metric, at most 600
 * intervals.
 *
 * Times go in on the run's clock. If the run has blocks, its figures are on its own axis.
 */
export class Collector {
  readonly #limits: readonly LatencyLimit[]
  readonly #blocks: Blocks | undefined
  readonly #blockTallies: BlockTallies | undefined
  readonly #ownTimes: readonly OwnTime[]
  /** By thread: the parts of each slice that the other threads have not handed in yet. */
  readonly #pending: (readonly SliceDelta[])[][]
  readonly #total: Group
  readonly #operations = new Map<string, Group>()
  readonly #phases = new Map<number, Group>()
  readonly #journeys: Group
  #journeysUntilMs: Ms = 0
  readonly #metrics = new Map<string, MetricSeries>()
  readonly #intervals: IntervalSeries
  readonly #ended: boolean[]
  #untilMs: Ms = 0
  readonly #balances: readonly ThreadBalance[]
  #slices = 0

  /** `endMs`: planned end of the measured part. */
  constructor(threads: number, limits: readonly LatencyLimit[], endMs: Ms, blocks?: Blocks) {
    this.#limits = limits
    this.#blocks = blocks
    this.#blockTallies = blocks && new BlockTallies(blocks)
    this.#ownTimes = Array.from({ length: threads }, () => new OwnTime(blocks))
    this.#pending = Array.from({ length: threads }, () => [])
    this.#ended = this.#pending.map(() => false)
    this.#balances = this.#pending.map(() => new ThreadBalance(limits))
    this.#total = new Group(limits, 0)
    this.#journeys = new Group(limits, 0)
    this.#intervals = new IntervalSeries(limits, endMs)
  }

  /** Time covered so far. */
  get coveredMs(): Ms {
    return this.#slices * SLICE_MS
  }

  get inFlight(): number {
    return this.#total.inFlight
  }

  get intervalMs(): Ms {
    return this.#intervals.intervalMs
  }

  get intervals(): readonly Interval[] {
    return this.#intervals.intervals
  }

  /** Adds slices of one thread, in order. Returns the intervals that this completed. */
  add(thread: number, slices: readonly SliceDelta[]): readonly Interval[] {
    for (const slice of slices) {
      this.#balances[thread]?.add(slice)
      this.#blockTallies?.add(slice)
      this.#pending[thread]?.push(...(this.#ownTimes[thread]?.add(slice) ?? []))
    }
    return this.#drain()
  }

  /** Returns the figures of a block so far; undefined if the run has no blocks, or nothing of this one was reported. */
  block(index: number): BlockResult | undefined {
    return this.#blockTallies?.result(index)
  }

  /** Whether all requests of a block that were reported as due have ended. */
  isBlockComplete(index: number): boolean {
    return this.#blockTallies?.isComplete(index) ?? true
  }

  /** Ends the measured part at `endMs` of the figures' axis, earlier than planned. */
  endAt(endMs: Ms): void {
    this.#intervals.endAt(endMs)
  }

  /**
   * Marks a thread as finished: it posts no more slices. `untilMs`: see `IntervalSeries.finish`. Returns the intervals
   * that this completed.
   */
  end(thread: number, untilMs: Ms): readonly Interval[] {
    this.#pending[thread]?.push(...(this.#ownTimes[thread]?.end() ?? []))
    this.#ended[thread] = true
    const ownMs = this.#blocks === undefined ? untilMs : toOwn(this.#blocks, untilMs)
    this.#untilMs = Math.max(this.#untilMs, ownMs)
    const completed = this.#drain()
    return this.#ended.every(Boolean) ? [...completed, ...this.#intervals.finish(this.#untilMs)] : completed
  }

  /**
   * Gives every request of a thread that ended without its last report the outcome `loss`: those in flight, and those
   * that `unreported` counts by phase, given the number of requests, or journeys, that the thread reported. Returns the
   * intervals that this completed.
   */
  lose(thread: number, loss: Loss, atMs: Ms, unreported: UnreportedArrivals): readonly Interval[] {
    const slices = this.#balances[thread]?.settle(loss, atMs, unreported) ?? []
    return [...this.add(thread, slices), ...this.end(thread, atMs)]
  }

  total(durationMs: Ms): JudgedFigures {
    return this.#total.judged(durationMs)
  }

  operations(durationMs: Ms): Record<string, JudgedFigures> {
    return Object.fromEntries([...this.#operations].map(([name, group]) => [name, group.judged(durationMs)]))
  }

  /** Returns empty figures if no request of the phase has been due. */
  phase(index: number, durationMs: Ms): JudgedFigures {
    return (this.#phases.get(index) ?? new Group(this.#limits, this.#slices)).judged(durationMs)
  }

  /** Returns the figures of journeys, each counted as one request. */
  journeys(durationMs: Ms): JudgedFigures {
    // A journey that starts at the end of the run continues after it with think time, which is not the target's time.
    return this.#journeys.judged(durationMs, Math.floor(this.#journeysUntilMs / SLICE_MS) * SLICE_MS)
  }

  /** Returns the custom metrics of the user's code, by name. */
  metrics(): Record<string, MetricFigures> {
    return Object.fromEntries(
      [...this.#metrics].flatMap(([name, series]) => {
        const figures = series.figures()
        return figures === undefined ? [] : [[name, figures]]
      }),
    )
  }

  get unitConflicts(): readonly UnitConflict[] {
    return [...this.#metrics.values()].flatMap(({ conflict }) => conflict ?? [])
  }

  #drain(): Interval[] {
    const completed: Interval[] = []
    for (;;) {
      const heads = this.#pending.map((queue) => queue[0])
      if (heads.every((head) => head === undefined)) return completed
      if (heads.some((head, thread) => head === undefined && this.#ended[thread] !== true)) return completed
      for (const queue of this.#pending) queue.shift()
      completed.push(...this.#addSlice(heads.flatMap((head) => head ?? [])))
    }
  }

  #addSlice(parts: readonly SliceDelta[]): readonly Interval[] {
    this.#total.add(
      sumOf(
        parts.map(({ total }) => total),
        this.#limits,
      ),
    )
    this.#addGroups(
      this.#operations,
      parts.map(({ operations }) => operations),
    )
    this.#addGroups(
      this.#phases,
      parts.map(({ phases }) => phases),
    )
    const journeys = parts.map((part) => part.journeys).filter((delta) => delta !== undefined)
    const tallies = journeys.map(({ tally }) => tally)
    this.#journeys.add(tallies.length === 0 ? undefined : sumOf(tallies, this.#limits))
    this.#journeysUntilMs = Math.max(this.#journeysUntilMs, ...journeys.map(({ untilMs }) => untilMs))
    this.#addMetrics(parts)
    this.#slices++
    return this.#intervals.add(parts.map(({ total }) => total))
  }

  #addMetrics(parts: readonly SliceDelta[]): void {
    const metrics = parts.map((part) => part.metrics).filter((byName) => byName !== undefined)
    for (const name of metrics.flatMap((byName) => Object.keys(byName))) {
      if (!this.#metrics.has(name)) this.#metrics.set(name, new MetricSeries(name, this.#slices))
    }
    for (const [name, series] of this.#metrics) {
      // A metric may be named `constructor`, which every object inherits.
      series.add(metrics.flatMap((byName) => (Object.hasOwn(byName, name) ? (byName[name] ?? []) : [])))
    }
  }

  #addGroups<Key extends string | number>(
    groups: Map<Key, Group>,
    parts: readonly Readonly<Record<Key, TallyDelta>>[],
  ): void {
    const keys = new Set<Key>(groups.keys())
    for (const part of parts) for (const key of Object.keys(part)) keys.add(asKey<Key>(key, groups === this.#phases))
    for (const key of keys) {
      let group = groups.get(key)
      if (group === undefined) groups.set(key, (group = new Group(this.#limits, this.#slices)))
      // An operation may be named `constructor`, which every object inherits.
      const deltas = parts.flatMap((part) => (Object.hasOwn(part, key) ? [part[key]] : []))
      group.add(deltas.length === 0 ? undefined : sumOf(deltas, this.#limits))
    }
  }
}

function asKey<Key extends string | number>(key: string, numeric: boolean): Key {
  return (numeric ? Number(key) : key) as Key
}

function sumOf(deltas: readonly TallyDelta[], limits: readonly LatencyLimit[]): TallyDelta {
  const [only] = deltas
  if (deltas.length === 1 && only !== undefined) return only
  const tally = new Tally(limits)
  for (const delta of deltas) tally.add(delta)
  return tally.take()
}
