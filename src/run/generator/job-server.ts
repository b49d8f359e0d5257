import { Generator } from './generator.ts'
import type { FromGenerator, GeneratorJob, ToGenerator } from './messages.ts'
import { collectGarbage } from './warm-up/collect-garbage.ts'
import { transportsOfLane, type TransportName } from './warm-up/transports.ts'
import { warmUp } from './warm-up/warm-up.ts'

/** Runs one job in this thread: warms the thread up for the transports of the job, then opens the generator. */
export class JobServer {
  readonly #job: GeneratorJob
  readonly #tell: (message: FromGenerator) => void
  #generator: Generator | undefined
  #stopped = false

  constructor(job: GeneratorJob, tell: (message: FromGenerator) => void) {
    this.#job = job
    this.#tell = tell
  }

  /** The generator reports 'ready' itself. */
  async open(): Promise<void> {
    const coldBecause = await warmUp(transportsOf(this.#job))
    if (this.#stopped) return
    this.#generator = new Generator(this.#job, this.#tell, { coldBecause, beforeReady: collectGarbage })
    await this.#generator.open()
  }

  /** Ends everything that the job still has open or running. */
  end(): void {
    this.#stopped = true
    this.#generator?.abandon()
  }

  take(message: ToGenerator): void {
    if (message.type === 'stop') this.#stopped = true
    this.#generator?.take(message)
  }
}

/** The transports of a job, whose targets are known. */
function transportsOf({ plan, lanes }: GeneratorJob): ReadonlySet<TransportName> {
  const schemes = lanes.map(({ url }) => new URL(url).protocol)
  return new Set(plan.lanes.flatMap(({ protocol }, lane) => transportsOfLane(schemes[lane] ?? '', protocol)))
}
