/**
 * Measures false reds on real servers: an Express and a Fastify route with independent latencies of 5 to 15 ms, with
 * limits at twice their p95 and p99 and the default policy.
 *
 *   npm install --prefix FOLDER express fastify
 *   npx node docs/calibration/frameworks.ts FOLDER [--runs 30]
 */
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { runLoad } from '../../src/index.ts'
import type { LoadResult } from '../../src/index.ts'
import { judge } from '../../src/judge/outcome.ts'
import { percentileVerdict } from '../../src/judge/verdict/percentile.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '30' } },
})
const folder = resolve(positionals[0] ?? '.')
const RUNS = Number(values.runs)
const require = createRequire(`${folder}/package.json`)
const installed = (name: string): string => JSON.stringify(require.resolve(name))

const servers = {
  express: `
    const app = require(${installed('express')})()
    app.get('/', (_, response) => setTimeout(() => response.json({ ok: true }), 5 + 10 * Math.random()))
    const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port))`,
  fastify: `
    const app = require(${installed('fastify')})()
    app.get('/', () => new Promise((done) => setTimeout(() => done({ ok: true }), 5 + 10 * Math.random())))
    app.listen({ port: 0, host: '127.0.0.1' }).then(() => console.log(app.server.address().port))`,
}

async function measure(port: number, durationS: number): Promise<LoadResult> {
  return runLoad({ target: `http://127.0.0.1:${port}`, rate: 100, duration: `${durationS}s` })
}

console.log('| server | runs | limits | red | proven pass | verdicts that were red |')
console.log('| --- | --- | --- | --- | --- | --- |')
for (const [name, source] of Object.entries(servers)) {
  const child = spawn(process.execPath, ['--eval', source], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const port = await new Promise<number>((ready) => child.stdout.once('data', (data) => ready(Number(String(data)))))
    const reference = await measure(port, 30)
    if (reference.responseTime.p99Ms === undefined) throw new Error('the server gave no response')
    const limits = [
      { percentile: 95, limitMs: 2 * reference.responseTime.p95Ms },
      { percentile: 99, limitMs: 2 * reference.responseTime.p99Ms },
    ]
    const red: string[] = []
    let proven = 0
    for (let run = 0; run < RUNS; run++) {
      const result = await measure(port, 10)
      for (const question of limits) {
        const verdict = percentileVerdict(result, result, question)
        if (verdict.verdict === 'pass') proven++
        const { pass, message } = judge(verdict, false, 'lean')
        if (!pass) red.push(`run ${run + 1}: ${message().replaceAll('\n', '; ')}`)
      }
    }
    const words = limits.map(({ percentile, limitMs }) => `p${percentile} ${limitMs.toFixed(1)} ms`).join(', ')
    console.log(`| ${[name, RUNS, words, red.length, `${proven} of ${2 * RUNS}`, red.join('<br>')].join(' | ')} |`)
  } finally {
    child.kill()
  }
}
