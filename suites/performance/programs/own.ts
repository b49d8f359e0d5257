/**
 * One run of this project in a process of its own: `node own.ts MODULE PLAN`, with the path of the package's module and
 * the plan as JSON.
 */
import type { startLoad as start } from '../../../src/index.ts'
import { finish } from './measure.ts'

const [module = '', plan = '{}'] = process.argv.slice(2)
const { startLoad } = (await import(module)) as { readonly startLoad: typeof start }
const given = JSON.parse(plan) as Parameters<typeof start>[0]
const result = await startLoad({ warmUp: '1s', tracing: 'off', threads: 1, ...given }).result
const { generator, durationMs, successes, errors, scheduleLag, serviceTime, warmUp } = result
if (errors > 0) throw new Error(`${errors} requests failed: ${JSON.stringify(result.errorsByClass)}`)
finish({
  requests: successes,
  warmUpRequests: warmUp?.requestsSent ?? 0,
  threadsUs: (generator.cpuPercent / 100) * durationMs * 1_000,
  serviceP50Ms: serviceTime.p50Ms ?? null,
  lagP99Ms: scheduleLag.p99Ms ?? null,
})
