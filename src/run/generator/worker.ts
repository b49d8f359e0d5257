/**
 * Entry point of a generator thread. It runs one job after the other, and keeps nothing of a job except compiled code.
 */
import { parentPort } from 'node:worker_threads'
import { curveFrom } from '../../traffic/patterns/index.ts'
import { Generator } from './generator.ts'
import type { FromGenerator, ToGenerator, ToThread } from './messages.ts'
import { thisThread } from './this-thread.ts'
import { warmUp } from './warm-up/warm-up.ts'

const thread = parentPort
if (thread === null) throw new Error('this file is the body of a worker thread')

thread.on('message', (message: ToThread) => {
  if (message.type === 'exit') process.exit()
  if (message.type === 'warm-up') return void warmUp(message.transports)
  const { job, env, port } = message
  replaceEnvironment(env)
  const post = (report: FromGenerator): void => port.postMessage(report)
  const { pattern } = job.plan
  const plan = { ...job.plan, curve: pattern && curveFrom(pattern, job.plan) }
  const generator = new Generator({ ...job, plan }, post, thisThread(job))
  port.on('message', (order: ToGenerator) => generator.handle(order))
  void generator.open()
})

function replaceEnvironment(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name]
  Object.assign(process.env, env)
}
