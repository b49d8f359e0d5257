/** One run of this project in a process of its own: `node measured-run.ts MODULE URL RATE CONNECTIONS SECONDS`. */
import type { startLoad as start } from '../../src/index.ts'

const [module = '', target = '', rate = '0', connections = '1', seconds = '1'] = process.argv.slice(2)
const { startLoad } = (await import(module)) as { readonly startLoad: typeof start }
const load = Number(rate) === 0 ? { concurrency: Number(connections) } : { rate: Number(rate) }
const { generator, durationMs, successes, scheduleLag, requestsScheduled } = await startLoad({
  ...load,
  target,
  connection: 'long-lived',
  maxConnections: Number(connections),
  warmUp: '1s',
  duration: `${seconds}s`,
  tracing: 'off',
  threads: 1,
}).result
const { user, system } = process.cpuUsage()
console.log(
  JSON.stringify({
    requests: successes,
    threadsUs: (generator.cpuPercent / 100) * durationMs * 1_000,
    wholeUs: user + system,
    lagP99Ms: scheduleLag.p99Ms ?? null,
    missing: requestsScheduled - successes,
  }),
)
