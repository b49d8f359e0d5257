/**
 * Entry point of a generator thread. It runs one job after the other, and keeps nothing of a job except compiled code.
 */
import { type MessagePort, parentPort } from 'node:worker_threads'
import { compilePlan } from '../../plan/compiled-plan.ts'
import type { FromGenerator, ThreadJob, ToGenerator, ToThread } from './messages.ts'
import { JobServer } from './job-server.ts'
import { warmUp } from './warm-up/warm-up.ts'

const thread = parentPort
if (thread === null) throw new Error('this file is the body of a worker thread')

thread.on('message', (message: ToThread) => {
  if (message.type === 'exit') process.exit()
  else if (message.type === 'warm-up') void warmUp(message.transports)
  else serve(message.job, message.env, message.port)
})

function serve(job: ThreadJob, env: NodeJS.ProcessEnv, port: MessagePort): void {
  replaceEnvironment(env)
  const server = new JobServer({ ...job, plan: compilePlan(job.plan) }, (message: FromGenerator) =>
    port.postMessage(message),
  )
  port.on('message', (message: ToGenerator) => server.handle(message))
  void server.open()
}

function replaceEnvironment(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name]
  Object.assign(process.env, env)
}
