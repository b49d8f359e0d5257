/** A generator thread. */
import { parentPort, workerData } from 'node:worker_threads'
import { Generator } from './generator.ts'
import type { FromGenerator, GeneratorJob, ToThread } from './messages.ts'

const port = parentPort
if (port === null) throw new Error('this file is the body of a worker thread')
const tell = (message: FromGenerator): void => port.postMessage(message)
const job: GeneratorJob = workerData
const generator = new Generator(job, tell)
port.on('message', (message: ToThread) => {
  if (message.type === 'exit') process.exit()
  generator.take(message)
})
await generator.open()
