import { startLoad } from 'describe-load'

const target = { command: ['node', 'server.ts'], cwd: import.meta.dirname, url: 'http://127.0.0.1:{port}' }

const run = startLoad({ target, rate: 100, duration: '1s' })
for await (const second of run) console.log(`${second.successes} answers, ${second.inFlight} requests in flight`)

const { requestsScheduled, errors, dropped, responseTime } = await run.result
console.log(`${requestsScheduled} requests, ${errors} errors, ${dropped} dropped`)
if (responseTime.p50Ms !== undefined) console.log(`p50 ${responseTime.p50Ms} ms, p95 ${responseTime.p95Ms} ms`)

if (errors + dropped > 0) process.exitCode = 1
