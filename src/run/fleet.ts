import { Worker } from 'node:worker_threads'
import { realTime } from '../model/real-time.ts'
import { Generator } from './generator.ts'
import type { FromGenerator, GeneratorJob, ToGenerator, ToThread } from './messages.ts'

/** A generator as the run sees it, wherever it runs. */
export interface GeneratorHandle {
  tell(message: ToGenerator): void
  /** Ends its thread, and resolves when it is gone; nothing more is heard of it. */
  end(): Promise<void>
}

/** How long a thread may take to end itself. */
const END_GRACE_MS = 500

/** Starts one generator in a thread of its own. Its imports are `.ts` files in the repository and `.js` once published. */
export function startWorker(job: GeneratorJob, hear: (message: FromGenerator) => void): GeneratorHandle {
  let ending = false
  const gone = Promise.withResolvers<void>()
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
  const worker = new Worker(new URL(`./worker${extension}`, import.meta.url), {
    workerData: job,
    // A test runner's own flags (loaders, inspectors) have no business in a generator.
    execArgv: [],
  })
  worker.on('message', hear)
  worker.on('error', (error: unknown) => hear({ type: 'fault', error }))
  worker.on('exit', (code) => {
    gone.resolve()
    if (code !== 0 && !ending) hear({ type: 'fault', error: new Error(`a generator thread exited with code ${code}`) })
  })
  return {
    tell: (message) => worker.postMessage(message),
    async end() {
      ending = true
      // Asked first, so that it ends between two turns of its own. V8 is not safe against threads that are cut off while
      // others start: rarely, a check of its own then ends the process ("jit_page.has_value()").
      worker.postMessage({ type: 'exit' } satisfies ToThread)
      const late = realTime.setTimeout(() => void worker.terminate(), END_GRACE_MS)
      await gone.promise
      realTime.clearTimeout(late)
    },
  }
}

/** Runs one generator in this thread, for plans that cannot cross into another. */
export function startInline(job: GeneratorJob, hear: (message: FromGenerator) => void): GeneratorHandle {
  const generator = new Generator(job, hear)
  generator.open().catch((error: unknown) => hear({ type: 'fault', error }))
  return {
    // Later, as from another thread: the generator must not be told something while it is telling.
    tell: (message) => void realTime.setTimeout(() => generator.take(message), 0),
    end: () => Promise.resolve(),
  }
}
