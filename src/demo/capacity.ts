import { Alarm } from './timing/alarm.ts'
import { drawLatencyMs } from './timing/distribution.ts'
import { answerOf, type Exchange } from './http-server.ts'
import { randomFrom } from './timing/random.ts'
import type { ControlledServer } from './serve.ts'
import { ServiceQueue } from './timing/service-queue.ts'

/** Makes service slower as the number of requests grows, as lock contention, swapping and garbage collection do. */
export interface CollapseOptions {
  /**
   * Maximum number of requests in the server (waiting or in service) without slowdown; default 12 × servers. Every
   * steady load below the capacity stays under this number, so the true limit is that of the server without collapse. A
   * load above the capacity exceeds it eventually. After that, reducing the load to just below the capacity does not
   * restore the speed.
   */
  readonly aboveInFlight?: number
  /** Share of the service time that each further request adds; default 0.02. */
  readonly slowdownPerRequest?: number
}

export interface CapacityOptions {
  /** c: number of requests served at once. */
  readonly servers: number
  /** S: service time of one request; its mean if it is random. The capacity is 1000 · c / S requests per second. */
  readonly serviceMs: number
  /** Default `deterministic`. */
  readonly serviceDistribution?: 'deterministic' | 'exponential' | 'lognormal'
  /** Seed of a random service time. */
  readonly seed?: string
  /** σ of the lognormal service time; default 0.5. */
  readonly sigma?: number
  /** Stops the whole process for `forMs` every `everyMs`, as a long garbage collection does. */
  readonly pause?: { readonly everyMs: number; readonly forMs: number }
  readonly collapse?: CollapseOptions
  /**
   * Replaces `servers` and `serviceMs`: every request is served immediately, and more slowly the more there are. N
   * clients without think time get exactly X(N) = γN / (1 + α(N − 1) + βN(N − 1)) responses per second, which is the
   * Universal Scalability Law.
   */
  readonly usl?: { readonly gamma: number; readonly alpha: number; readonly beta: number }
  /**
   * If true, a request is served although its client disconnected while it was waiting, as in many real servers.
   * Otherwise it leaves the queue, so that a cancelled load ends immediately. A request already in service completes in
   * both cases.
   */
  readonly keepsAbandoned?: boolean
}

export type CapacityControls = {
  /** Number of requests in the server now. */
  load(): { waiting: number; inService: number }
}

/**
 * A server of known capacity: c servers with service time S behind one FIFO queue complete exactly 1000 · c / S
 * requests per second. A response is sent up to about 1 ms after its departure from the queue, which does not reduce
 * the capacity.
 */
export function capacity(options: CapacityOptions): ControlledServer<CapacityControls> {
  const queue = new ServiceQueue<Exchange>({
    servers: options.usl === undefined ? options.servers : Infinity,
    serviceMs: serviceTimeOf(options),
  })
  const answer = answerOf(200)
  if (options.pause !== undefined) stopEvery(options.pause)
  const alarm = new Alarm(release)

  function release(): void {
    for (const exchange of queue.takeDeparted(performance.now())) exchange.reply(answer)
    alarm.set(queue.nextDepartureMs)
  }

  return {
    onRequest(exchange) {
      queue.arrive(exchange, exchange.receivedMs)
      release()
    },
    onAbandoned(exchange) {
      if (options.keepsAbandoned !== true) queue.withdraw(exchange, performance.now())
    },
    controls: { load: () => ({ waiting: queue.waiting, inService: queue.inService }) },
  }
}

function stopEvery({ everyMs, forMs }: { readonly everyMs: number; readonly forMs: number }): void {
  const sleeper = new Int32Array(new SharedArrayBuffer(4))
  setInterval(() => Atomics.wait(sleeper, 0, 0, forMs), everyMs)
}

function serviceTimeOf(options: CapacityOptions): (inSystem: number) => number {
  const { servers, serviceMs, serviceDistribution = 'deterministic', sigma = 0.5, collapse, usl } = options
  if (usl !== undefined) {
    const { gamma, alpha, beta } = usl
    return (inSystem) => (1_000 / gamma) * (1 + alpha * (inSystem - 1) + beta * inSystem * (inSystem - 1))
  }
  const { aboveInFlight = 12 * servers, slowdownPerRequest = 0.02 } = collapse ?? { slowdownPerRequest: 0 }
  const random = randomFrom(options.seed ?? 'capacity')
  const drawn = (): number => {
    switch (serviceDistribution) {
      case 'exponential':
        return -Math.log(1 - random())
      case 'lognormal':
        return drawLatencyMs({ kind: 'lognormal', medianMs: Math.exp(-(sigma ** 2) / 2), sigma }, random)
      case 'deterministic':
        return 1
    }
  }
  return (inSystem) => serviceMs * drawn() * (1 + slowdownPerRequest * Math.max(0, inSystem - aboveInFlight))
}
