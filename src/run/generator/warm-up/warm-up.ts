import { resolvePlan } from '../../../plan/resolve-plan.ts'
import type { Ms, Rps } from '../../../model/units.ts'
import { messageOf } from '../../../model/thrown.ts'
import { monotonicMs } from '../../../traffic/clock.ts'
import { Generator } from '../generator.ts'
import type { FromGenerator } from '../messages.ts'
import { vocabulary } from '../../vocabulary.ts'
import { HOST } from './sinks.ts'
import { transport, type TransportName } from './transports.ts'

/** Enough requests for V8 to compile the hot path: the number of requests matters, not the time. */
const RATE: Rps = 4_000
const DURATION_MS: Ms = 400
/** With fewer successes, parts of the hot path are still interpreted. */
const MIN_SUCCESSES = 800

/** The transports that are warm in this thread or are warming up. */
const warm = new Map<TransportName, Promise<void>>()

/**
 * Runs the whole generator against a sink in this thread, once per transport, so that the schedule, the dispatcher, the
 * connections and the recorder are compiled before the target gets its first request. Only the compiled code remains.
 * Resolves with the reason why a warm-up failed (for example, this machine has no loopback interface); undefined when
 * all transports are warm.
 */
export async function warmUp(names: Iterable<TransportName>): Promise<string | undefined> {
  const failures = await Promise.all([...names].map(warmUpOnce))
  return failures.find((failure) => failure !== undefined)
}

async function warmUpOnce(name: TransportName): Promise<string | undefined> {
  const warming = warm.get(name) ?? warmUpOne(name)
  warm.set(name, warming)
  try {
    await warming
    return undefined
  } catch (error) {
    // The next run tries again.
    warm.delete(name)
    return messageOf(error)
  }
}

async function warmUpOne(name: TransportName): Promise<void> {
  const { open, scheme, plan, negotiated } = transport(name)
  const sink = await open()
  const url = `${scheme}://${HOST}:${sink.port}`
  const resolved = resolvePlan(
    { ...plan, target: url, rate: RATE, duration: DURATION_MS, requestTimeout: '1s', maxConnections: 8 },
    vocabulary,
    { name: 'generator warm-up' },
  )
  const closed = Promise.withResolvers<void>()
  let successes = 0
  const handle = (message: FromGenerator): void => {
    if ('slices' in message) for (const { total } of message.slices) successes += total.successes
    if (message.type === 'ready') generator.handle({ type: 'start', startMs: monotonicMs() })
    else if (message.type === 'closed') closed.resolve()
    else if (message.type === 'crash') closed.reject(message.error)
    else if (message.type === 'unreachable' || message.type === 'user-error') closed.reject(new Error(message.message))
  }
  const generator = new Generator(
    {
      plan: resolved,
      lanes: [{ url, address: HOST, stdio: undefined, negotiated }],
      feeds: {},
      thread: 0,
      threads: 1,
      descriptors: Number.POSITIVE_INFINITY,
      wake: 'tick',
      fed: false,
      chunk: 64,
      traceparent: undefined,
      verbose: false,
      secrets: [],
    },
    handle,
    {
      warmUp: () => Promise.resolve(undefined),
      beforeReady: () => {},
      // It runs no code of the user, and may still run when a job of the thread begins.
      receiveMetrics: () => () => {},
    },
  )
  try {
    await Promise.all([closed.promise, generator.open()])
  } finally {
    await sink.close()
  }
  if (successes < MIN_SUCCESSES) throw new Error(`only ${successes} of its requests over ${name} succeeded`)
}
