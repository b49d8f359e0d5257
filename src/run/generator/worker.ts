/**
 * Entry point of a generator thread. It runs one job after the other, and keeps nothing of a job except compiled code.
 */
import { parentPort } from 'node:worker_threads'
import { compilePlan } from '../../plan/compiled-plan.ts'
import type { FromGenerator, ToGenerator, ToThread } from './messages.ts'
import { JobServer } from './job-server.ts'
import { warmUp } from './warm-up/warm-up.ts'

const thread = parentPort
if (thread === null) throw new Error('this file is the body of a worker thread')

thread.on('message', (message: ToThread) => {
  if (message.type === 'exit') process.exit()
  if (message.type === 'warm-up') return void warmUp(message.transports)
  const { job, env, port } = message
  replaceEnvironment(env)
  const post = (report: FromGenerator): void => port.postMessage(report)
  const server = new JobServer({ ...job, plan: compilePlan(job.plan) }, post)
  port.on('message', (order: ToGenerator) => server.handle(order))
  void server.open()
})

function replaceEnvironment(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name]
  Object.assign(process.env, env)
}
