import { closeSync, openSync, readSync } from 'node:fs'
import type { Ms } from '../../model/units.ts'
import { listThreads } from './proc.ts'

/** How long a thread ran, and how long it was ready to run and waited for a core, since it started. */
export interface ThreadTime {
  readonly ranMs: Ms
  readonly waitedMs: Ms
}

/** A schedstat file has three numbers. */
const LINE_BYTES = 96

/** Reads the times of one thread from /proc. The file stays open, because opening it takes longer than reading it. */
export class ThreadTimeFile {
  #descriptor: number | undefined
  readonly #line = Buffer.alloc(LINE_BYTES)

  /** `thread` is a folder below /proc, such as `thread-self` or `12/task/13`. */
  constructor(thread: string) {
    this.#descriptor = opened(`/proc/${thread}/schedstat`)
  }

  /** Undefined if the thread has ended, or if the system does not report its times. */
  read(): ThreadTime | undefined {
    if (this.#descriptor === undefined) return undefined
    try {
      const bytes = readSync(this.#descriptor, this.#line, 0, LINE_BYTES, 0)
      return bytes === 0 ? undefined : parseTimes(this.#line)
    } catch {
      return undefined
    }
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor)
    this.#descriptor = undefined
  }
}

const SPACE = 32
const ZERO = 48

/** Parses `on-cpu waiting slices`; the first two are in ns. Generator threads do this hundreds of times per second. */
function parseTimes(line: Uint8Array): ThreadTime {
  let at = 0
  const next = (): number => {
    let value = 0
    for (let byte = line[at++]; byte !== undefined && byte !== SPACE; byte = line[at++]) {
      value = 10 * value + byte - ZERO
    }
    return value
  }
  const ranMs = next() / 1e6
  return { ranMs, waitedMs: next() / 1e6 }
}

function opened(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch {
    return undefined
  }
}

/** Maximum number of threads that are read often. Those that ran longest do the work. */
const MAX_THREADS = 6
/** Maximum number of threads of a process that are considered. The kernel lists the main thread first. */
const MAX_LISTED = 64

/** Reads how long the busiest threads of some processes have waited for a core. */
export class ThreadWaits {
  readonly #files = new Map<string, ThreadTimeFile>()
  readonly #waitedMs = new Map<string, Ms>()
  #sumMs: Ms = 0

  /** Chooses the threads again: processes and threads may have started or ended. */
  watch(pids: readonly number[]): void {
    const listed = pids.flatMap((pid) => listThreads(pid).slice(0, MAX_LISTED))
    const threads = listed.map((thread) => {
      const file = this.#files.get(thread) ?? new ThreadTimeFile(thread)
      return { thread, file, time: file.read() }
    })
    const busiest = threads
      .filter(({ time }) => time !== undefined)
      .toSorted((a, b) => (b.time?.ranMs ?? 0) - (a.time?.ranMs ?? 0))
      .slice(0, MAX_THREADS)
    const kept = new Set(busiest.map(({ file }) => file))
    for (const known of [...this.#files.values(), ...threads.map(({ file }) => file)]) {
      if (!kept.has(known)) known.close()
    }
    this.#files.clear()
    for (const { thread, file } of busiest) this.#files.set(thread, file)
    for (const thread of this.#waitedMs.keys()) if (!this.#files.has(thread)) this.#waitedMs.delete(thread)
  }

  /** Returns the sum of the waits since a thread was first read. */
  read(): Ms {
    for (const [thread, file] of this.#files) {
      const waitedMs = file.read()?.waitedMs
      if (waitedMs === undefined) continue
      this.#sumMs += waitedMs - (this.#waitedMs.get(thread) ?? waitedMs)
      this.#waitedMs.set(thread, waitedMs)
    }
    return this.#sumMs
  }

  close(): void {
    for (const file of this.#files.values()) file.close()
    this.#files.clear()
  }
}
