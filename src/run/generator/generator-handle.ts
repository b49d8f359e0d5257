import { realTime } from '../../model/real-time.ts'
import type { FromGenerator, GeneratorJob, ToGenerator } from './messages.ts'
import type { Placement } from './placement.ts'
import { Generator } from './generator.ts'
import type { GeneratorThread } from './generator-thread.ts'
import { thisThread } from './this-thread.ts'
import { threadPool } from './thread-pool.ts'
import type { TransportName } from './warm-up/transports.ts'

/** A generator as the run uses it, in a worker thread or inline. */
export interface GeneratorHandle {
  /** Starts its job. The generator's messages are passed to `onMessage` until `end` is called. */
  begin(job: GeneratorJob, onMessage: (message: FromGenerator) => void): void
  post(message: ToGenerator): void
  /** Resolves when its thread has ended or is free for another run. */
  end(): Promise<void>
}

/** Returns the generators of a run before they have jobs: threads warm up while the run opens its target. */
export function generatorsFor(
  { threads, inlineBecause }: Placement,
  transports: readonly TransportName[],
): readonly GeneratorHandle[] {
  if (inlineBecause !== undefined) return [inlineGenerator()]
  return threadPool.acquire(threads, transports).map(threadGenerator)
}

function threadGenerator(thread: GeneratorThread): GeneratorHandle {
  let isOver = false
  return {
    begin: thread.begin.bind(thread),
    // A setup may outlast its run. Its messages must not reach the next run of the thread.
    post(message) {
      if (!isOver) thread.post(message)
    },
    end() {
      isOver = true
      return threadPool.release(thread)
    },
  }
}

/** Creates a generator in this thread, for plans that contain functions. */
function inlineGenerator(): GeneratorHandle {
  let generator: Generator | undefined
  return {
    begin(job, onMessage) {
      generator = new Generator(job, onMessage, thisThread(job))
      generator.open().catch((error: unknown) => onMessage({ type: 'crash', error }))
    },
    // Deferred, as if it came from another thread: the generator must not receive a message while it sends one.
    post: (message) => void realTime.setTimeout(() => generator?.handle(message), 0),
    end() {
      generator?.abandon()
      return Promise.resolve()
    },
  }
}
