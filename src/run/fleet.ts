import { Worker } from 'node:worker_threads'
import { realTime } from '../model/real-time.ts'
import { Generator } from './generator.ts'
import type { FromGenerator, GeneratorJob, ToGenerator } from './messages.ts'

/** A generator as the run sees it, wherever it runs. */
export interface GeneratorHandle {
  tell(message: ToGenerator): void
  /** Ends its thread; nothing more is heard of it. */
  terminate(): void
}

/** Starts one generator in a thread of its own. Its imports are `.ts` files in the repository and `.js` once published. */
export function startWorker(job: GeneratorJob, hear: (message: FromGenerator) => void): GeneratorHandle {
  let terminated = false
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
  const worker = new Worker(new URL(`./worker${extension}`, import.meta.url), {
    workerData: job,
    // A test runner's own flags (loaders, inspectors) have no business in a generator.
    execArgv: [],
  })
  worker.on('message', hear)
  worker.on('error', (error: unknown) => hear({ type: 'fault', error }))
  worker.on('exit', (code) => {
    if (code !== 0 && !terminated)
      hear({ type: 'fault', error: new Error(`a generator thread exited with code ${code}`) })
  })
  return {
    tell: (message) => worker.postMessage(message),
    terminate() {
      terminated = true
      void worker.terminate()
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
    terminate() {},
  }
}
