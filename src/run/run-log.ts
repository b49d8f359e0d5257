import { env, stderr } from 'node:process'
import type { Interval } from '../model/figures.ts'
import type { PhaseWindow } from '../model/pattern.ts'
import { cleanText } from '../model/text/clean.ts'
import { formatCount, formatDuration, formatPlural } from '../wording/figures.ts'
import type { Placement } from './generator/placement.ts'
import type { TargetConnection } from './target/target-connection.ts'

/** What a run does, line by line on standard error, with `LOAD_LOG=debug` or `-v`; otherwise nothing. */
export class RunLog {
  readonly isVerbose: boolean = env['LOAD_LOG'] === 'debug'
  readonly #name: string
  /** Number of phases whose beginning has been logged. */
  #begun = 0

  /** `name` is the name of the run. */
  constructor(name: string) {
    this.#name = name
  }

  readonly write = (text: string): void => {
    if (this.isVerbose) stderr.write(cleanText(`[load ${this.#name}] ${text}\n`))
  }

  connected(targets: readonly TargetConnection[], { threads, inlineBecause }: Placement): void {
    for (const { url, protocol } of targets) this.write(`target: ${url.href} over ${protocol.name}`)
    this.write(
      inlineBecause === undefined ? formatPlural(threads, 'generator thread') : "generator in the test's thread",
    )
  }

  /** Logs when phases begin, and what happened in each interval besides successes. */
  async follow(intervals: AsyncIterable<Interval>, phases: readonly PhaseWindow[]): Promise<void> {
    if (!this.isVerbose) return
    this.#begin(phases, 0)
    for await (const interval of intervals) {
      const endMs = interval.startMs + interval.durationMs
      const events = eventsIn(interval)
      if (events.length > 0) this.write(`${spanOf(interval.startMs, endMs)}: ${events.join(', ')}`)
      this.#begin(phases, endMs)
    }
  }

  #begin(phases: readonly PhaseWindow[], atMs: number): void {
    for (let phase = phases[this.#begun]; phase !== undefined && phase.startMs <= atMs; phase = phases[this.#begun]) {
      this.#begun++
      this.write(`phase ${phase.name}: ${spanOf(phase.startMs, phase.endMs)}`)
    }
  }
}

function spanOf(startMs: number, endMs: number): string {
  return `${formatDuration(startMs)} to ${formatDuration(endMs)}`
}

/** Example: `4 connections opened`, `2 errors: 1 timeout, 1 connect`, `7 requests dropped`. */
function eventsIn({ connectTime, errors, errorsByClass, dropped }: Interval): readonly string[] {
  const classes = Object.entries(errorsByClass).map(([errorClass, { count }]) => `${formatCount(count)} ${errorClass}`)
  return [
    ...(connectTime.count > 0 ? [`${formatPlural(connectTime.count, 'connection')} opened`] : []),
    ...(errors > 0 ? [`${formatPlural(errors, 'error')} (${classes.join(', ')})`] : []),
    ...(dropped > 0 ? [`${formatPlural(dropped, 'request')} dropped`] : []),
  ]
}
