/**
 * Entry point of a generator thread. It runs one job after the other, and keeps nothing of a job except compiled code.
 */
import { parentPort } from 'node:worker_threads'
import { describeThrown } from '../../model/thrown.ts'
import { adoptSecrets, learnFeed } from '../../model/text/clean.ts'
import { within } from '../../model/within.ts'
import { curveFrom } from '../../traffic/patterns/index.ts'
import { endSleepers, keepSleepers } from '../../traffic/wake/exact.ts'
import { Generator } from './generator.ts'
import type { FromGenerator, ToGenerator, ToThread } from './messages.ts'
import { exitFailureOf, userFailureOf, userModulesOf } from './thread-errors.ts'
import { thisThread } from './this-thread.ts'
import { warmUp } from './warm-up/warm-up.ts'

/** Maximum time in which the sleeping threads of this one end. */
const SLEEPERS_MS = 200

/** Interval at which the thread reports that its event loop runs. */
const ALIVE_MS = 500

/** A job that this thread works on. */
interface CurrentJob {
  readonly generator: Generator
  post(report: FromGenerator): void
  /** URLs of the user's modules that run in this thread. */
  readonly modules: readonly string[]
}

const thread = parentPort
if (thread === null) throw new Error('this file is the body of a worker thread')
let current: CurrentJob | undefined
let isOver = false
keepSleepers()

thread.on('message', (message: ToThread) => {
  if (message.type === 'exit') {
    isOver = true
    void within(SLEEPERS_MS, endSleepers()).then(() => process.exit())
    return
  }
  if (message.type === 'warm-up') return void warmUp(message.transports)
  replaceEnvironment(message.env)
  const { job, port } = message
  adoptSecrets(job.secrets)
  for (const { records, secret } of Object.values(job.feeds)) learnFeed(records, secret)
  const post = (report: FromGenerator): void => {
    try {
      port.postMessage(report)
    } catch (error) {
      // A thrown error may hold a function, which cannot cross to another thread.
      const { text } = describeThrown(report.type === 'crash' ? report.error : error)
      port.postMessage({ type: 'crash', error: new Error(text) } satisfies FromGenerator)
    }
  }
  const { pattern } = job.plan
  const plan = { ...job.plan, curve: pattern && curveFrom(pattern, job.plan) }
  const generator = new Generator({ ...job, plan }, post, thisThread(job))
  current = { generator, post, modules: userModulesOf(job.plan) }
  port.on('message', (order: ToGenerator) => generator.handle(order))
  const alive = setInterval(() => post({ type: 'alive' }), ALIVE_MS)
  port.on('close', () => clearInterval(alive))
  void generator.open()
})

process.on('uncaughtException', (error: unknown, origin) => {
  // Ends the thread with the error, as if nothing had handled it.
  if (current === undefined) throw error
  const failure = userFailureOf(error, origin === 'unhandledRejection', current.modules)
  if (failure === undefined) current.post({ type: 'crash', error })
  else current.generator.failUserCode(failure)
})

// Messages that a thread posts while it exits still arrive.
process.on('exit', (code) => {
  if (!isOver && current !== undefined && current.modules.length > 0) {
    current.generator.failUserCode(exitFailureOf(code, current.modules))
  }
})

function replaceEnvironment(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name]
  Object.assign(process.env, env)
}
