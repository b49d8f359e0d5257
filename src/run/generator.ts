import { performance } from 'node:perf_hooks'
import { threadRunDelayMs } from '../measure/monitor/host.ts'
import { Recorder } from '../measure/recorder.ts'
import type { LatencyLimit } from '../measure/tally.ts'
import type { HttpRequest } from '../model/requests.ts'
import type { ErrorClass, Protocol } from '../model/protocol.ts'
import type { ResolvedPlan } from '../model/plan.ts'
import type { Ms } from '../model/units.ts'
import { protocols } from '../protocols/index.ts'
import { randomFrom } from '../traffic/arrivals/random.ts'
import { type CallOff, RunClock } from '../traffic/clock.ts'
import { connectFailure } from '../traffic/connections/failure.ts'
import type { ArrivalSource } from '../traffic/arrival-source.ts'
import { Dispatcher } from '../traffic/dispatch.ts'
import { ClosedSchedule, Schedule } from '../traffic/schedule.ts'
import { exactWake } from '../traffic/wake/exact.ts'
import { tickWake } from '../traffic/wake/tick.ts'
import { FedPicker } from '../traffic/workloads/fed-picker.ts'
import { onePicker, type RequestPicker, weightedPicker } from '../traffic/workloads/picker.ts'
import { curveOf, measuredInstants, warmUpInstants } from './instants.ts'
import type { FromGenerator, GeneratorJob, GeneratorState, ToGenerator } from './messages.ts'

/** A snapshot leaves the generator this often. */
const SNAPSHOT_MS = 1_000

/** How often connecting is looked at before the run. */
const EXPIRE_MS = 50

/** The latency limits of an `sla`, which are counted exactly. */
export function latencyLimits(plan: ResolvedPlan): readonly LatencyLimit[] {
  return Object.entries(plan.sla).flatMap(([key, limitMs]) => (key.endsWith('Ms') ? [{ key, limitMs }] : []))
}

/**
 * One generator: schedule, connections and recorder of one thread, behind messages. The same code runs in a worker thread
 * and, for what cannot cross into one, inline.
 */
export class Generator {
  readonly #job: GeneratorJob
  readonly #tell: (message: FromGenerator) => void
  readonly #clock = new RunClock()
  readonly #recorder: Recorder
  readonly #dispatcher: Dispatcher<HttpRequest>
  readonly #fed: FedPicker<HttpRequest> | undefined
  #stopSnapshots: CallOff | undefined
  #measuring = { cpuMs: 0, runDelayMs: 0, atMs: 0, loop: performance.eventLoopUtilization() }

  constructor(job: GeneratorJob, tell: (message: FromGenerator) => void) {
    const { plan, thread, threads } = job
    this.#job = job
    this.#tell = tell
    this.#recorder = new Recorder(latencyLimits(plan))
    const protocol = protocols[plan.protocol]
    if (protocol === undefined) throw new TypeError(`no protocol is called '${plan.protocol}'`)
    const ask = (first: number, count: number): void => tell({ type: 'ask', first, count })
    this.#fed = job.fed ? new FedPicker(threads, job.chunk, ask) : undefined
    const url = new URL(job.url)
    this.#dispatcher = new Dispatcher(
      {
        clock: this.#clock,
        source: sourceOf(job, this.#fed ?? pickerOf(plan, protocol)),
        overflow: plan.overflow,
        requestTimeoutMs: plan.requestTimeoutMs,
        concurrency: plan.concurrency === undefined ? undefined : shareOf(plan.concurrency, thread, threads),
        lastArrivalMs: plan.durationMs,
        makeWake: (onWake) => (job.wake === 'exact' ? exactWake : tickWake)(this.#clock, onWake),
        pool: {
          kind: plan.connection,
          maxConnections: shareOf(plan.maxConnections, thread, threads),
          reconnect: plan.reconnect,
          random: randomFrom(plan.seed, 'backoff', thread),
          connect: (signal) =>
            protocol.connect(url, {
              signal,
              tls: plan.tls,
              address: job.address,
              headers: plan.headers,
              reuse: plan.connection !== 'short-lived',
              log: (text) => this.#log(text),
            }),
        },
      },
      {
        arrived: (sample) => this.#recorder.arrived(sample),
        settled: (sample) => this.#recorder.settled(sample),
        neverDue: (reason, phase, count) => this.#recorder.neverDue(reason, phase, count),
        connected: (connectMs) => this.#recorder.observe('connectTime', connectMs),
        gap: (gapMs) => this.#recorder.observe('messageGap', gapMs),
        ended: () => this.#ended(),
        broken: (error) => this.#tell({ type: 'fault', error }),
        log: (text) => this.#log(text),
      },
    )
  }

  /** Opens the connections that must stand; tells 'ready' or 'unreachable'. */
  async open(): Promise<void> {
    const callOff = this.#clock.every(EXPIRE_MS, () => this.#dispatcher.pool.expire(this.#clock.now()))
    try {
      await this.#dispatcher.open()
      this.#tell({ type: 'ready' })
    } catch (error) {
      const { errorClass, message } = connectFailure(error)
      this.#unreachable(errorClass, message)
    } finally {
      callOff()
    }
  }

  take(message: ToGenerator): void {
    if (message.type === 'start') this.#start(message.startMs)
    else if (message.type === 'stop') this.#dispatcher.stop()
    else {
      this.#fed?.feed(message.first, message.requests)
      this.#dispatcher.payloadsCame()
    }
  }

  #start(startMs: Ms): void {
    this.#clock.startAt(startMs)
    this.#clock.after(Math.max(0, -this.#clock.now()), () => this.#startMeasuring())
    this.#stopSnapshots = this.#clock.every(SNAPSHOT_MS, () => this.#snapshot())
    this.#dispatcher.start()
  }

  #startMeasuring(): void {
    this.#dispatcher.pool.startMeasuring()
    this.#measuring = {
      cpuMs: this.#cpuMs(),
      runDelayMs: threadRunDelayMs() ?? 0,
      atMs: this.#clock.now(),
      loop: performance.eventLoopUtilization(),
    }
  }

  #snapshot(): void {
    this.#recorder.rollTo(this.#clock.now())
    const slices = this.#recorder.takeFinished()
    if (slices.length > 0) this.#tell({ type: 'slices', slices, state: this.#state() })
  }

  #ended(): void {
    this.#stopSnapshots?.()
    this.#recorder.rollTo(this.#clock.now())
    this.#recorder.finish()
    const slices = this.#recorder.takeFinished()
    this.#tell({ type: 'ended', slices, state: this.#state(), atMs: this.#clock.now() })
  }

  #unreachable(errorClass: ErrorClass, message: string): void {
    this.#dispatcher.pool.destroy()
    this.#dispatcher.wake.stop()
    this.#tell({ type: 'unreachable', errorClass, message })
  }

  #state(): GeneratorState {
    const { pool } = this.#dispatcher
    const runDelayMs = threadRunDelayMs()
    const elapsedMs = this.#clock.now() - this.#measuring.atMs
    return {
      protocolVersion: pool.version ?? null,
      pool: { size: pool.size, ...pool.counts() },
      cpuMs: this.#cpuMs() - this.#measuring.cpuMs,
      eventLoopUtilization: performance.eventLoopUtilization(this.#measuring.loop).utilization,
      runDelayRatio:
        runDelayMs === undefined ? null : Math.max(0, runDelayMs - this.#measuring.runDelayMs) / Math.max(1, elapsedMs),
    }
  }

  #cpuMs(): Ms {
    const { user, system } = process.threadCpuUsage()
    return (user + system) / 1_000 + this.#dispatcher.wake.cpuMs()
  }

  #log(text: string): void {
    if (this.#job.verbose) this.#tell({ type: 'log', text: `${this.#clock.now().toFixed(1)} ms  ${text}` })
  }
}

/** The part of `total` that falls to one of `threads`: their sum is `total`, and each has at least 1. */
function shareOf(total: number, thread: number, threads: number): number {
  return Math.max(1, Math.floor(total / threads) + (thread < total % threads ? 1 : 0))
}

function pickerOf(plan: ResolvedPlan, protocol: Protocol<HttpRequest>): RequestPicker<HttpRequest> {
  const { request } = plan
  if (request === undefined || typeof request === 'function') return onePicker(protocol.healthRead)
  return 'length' in request ? weightedPicker(request, plan.seed) : onePicker(request)
}

function sourceOf(job: GeneratorJob, picker: RequestPicker<HttpRequest>): ArrivalSource<HttpRequest> {
  const { plan, thread, threads } = job
  const share = { thread, threads }
  const operationOf = ({ name = '' }: HttpRequest): string => name
  const curve = curveOf(plan)
  if (curve === undefined) return new ClosedSchedule({ share, picker, operationOf })
  const warmUp = warmUpInstants(plan, curve)
  return new Schedule({
    instants: measuredInstants(plan, curve),
    warmUp: warmUp === undefined ? undefined : { instants: warmUp, durationMs: plan.warmUpMs },
    share,
    phases: curve.phases ?? [],
    picker,
    operationOf,
  })
}
