import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Generator } from './generator.ts'
import type { FromGenerator, GeneratorJob, ToGenerator } from './messages.ts'
import { transportsOfLane, type TransportName } from './warm-up/transports.ts'
import { warmUp } from './warm-up/warm-up.ts'

/**
 * Several threads may set and reset the flag at the same time; after this many attempts the cause is a different one.
 */
const MAX_TRIES = 10

let collect: (() => void) | undefined

/** Runs one job in this thread: warms the thread up for the transports of the job, then opens the generator. */
export class JobServer {
  readonly #job: GeneratorJob
  readonly #post: (message: FromGenerator) => void
  #generator: Generator | undefined
  #stopped = false

  constructor(job: GeneratorJob, post: (message: FromGenerator) => void) {
    this.#job = job
    this.#post = post
  }

  /** The generator reports 'ready' itself. */
  async open(): Promise<void> {
    const coldBecause = await warmUp(transportsOf(this.#job))
    if (this.#stopped) return
    this.#generator = new Generator(this.#job, this.#post, { coldBecause, beforeReady: collectGarbage })
    await this.#generator.open()
  }

  /** Ends everything that the job still has open or running. */
  end(): void {
    this.#stopped = true
    this.#generator?.abandon()
  }

  handle(message: ToGenerator): void {
    if (message.type === 'stop') this.#stopped = true
    this.#generator?.handle(message)
  }
}

/** The transports of a job, whose targets are known. */
function transportsOf({ plan, lanes }: GeneratorJob): ReadonlySet<TransportName> {
  const schemes = lanes.map(({ url }) => new URL(url).protocol)
  return new Set(plan.lanes.flatMap(({ protocol }, lane) => transportsOfLane(schemes[lane] ?? '', protocol)))
}

/**
 * Collects the garbage of this thread now, so that the first full collection does not happen during the run. V8 offers
 * its collector only to contexts that are created while the flag is set. The flag belongs to the process: if another
 * thread resets it in between, this thread sets it again. A process that was started with the flag keeps it.
 */
function collectGarbage(): void {
  collect ??= globalThis.gc === undefined ? exposedCollector() : globalThis.gc
  collect?.()
}

function exposedCollector(): (() => void) | undefined {
  let found: (() => void) | undefined
  for (let tries = 0; tries < MAX_TRIES && found === undefined; tries++) {
    setFlagsFromString('--expose-gc')
    found = runInNewContext('globalThis.gc') as (() => void) | undefined
  }
  setFlagsFromString('--no-expose-gc')
  return found
}
