import { expect, test } from 'vitest'
import { startFixture } from '../../../fixtures/index.ts'
import { SOURCES_BY_NODE, vitestProject } from './vitest-process.fixture.ts'

const CONFIG = `
  import { load } from 'SRC/plugin.ts'
  export default {
    plugins: [load()],
    test: {
      include: ['**/*.test.ts'],
      ${SOURCES_BY_NODE},
      experimental: { openTelemetry: { enabled: true, sdkPath: './spans.js' } },
    },
  }`

/** The setup file from Vitest's documentation, with a file instead of a collector. */
const SDK = `
  import { appendFileSync } from 'node:fs'
  import { context, trace } from '@opentelemetry/api'
  import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
  import { SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
  const exporter = {
    export(spans, done) {
      for (const span of spans) {
        const { traceId, spanId } = span.spanContext()
        const parent = span.parentSpanContext?.spanId ?? ''
        appendFileSync('spans.ndjson', JSON.stringify({ name: span.name, traceId, spanId, parent }) + '\\n')
      }
      done({ code: 0 })
    },
    shutdown: async () => {},
  }
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })
  trace.setGlobalTracerProvider(provider)
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  export default provider`

interface Written {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parent: string
}

test('the span of a run is a child of the span of its test when Vitest traces tests', async (context) => {
  await using target = await startFixture('plain', {})
  const project = vitestProject(context, 5, {
    'vitest.config.js': CONFIG,
    'spans.js': SDK,
    'shop.load.test.ts': `
      import { describeLoad, loadTest } from 'SRC/vitest.ts'
      describeLoad('shop', { target: '${target.url}' }, () => {
        loadTest('holds', { rate: 50, duration: 200, tracing: 'all' }, () => {})
      })`,
  })
  const { output, exitCode } = await project.run('run')
  expect(exitCode, output).toBe(0)
  const spans = project
    .text('spans.ndjson')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Written)
  const bySpan = new Map(spans.map((span) => [span.spanId, span]))
  const run = spans.find(({ name }) => name === 'load.run')
  const above: string[] = []
  for (let span = bySpan.get(run?.parent ?? ''); span !== undefined; span = bySpan.get(span.parent)) {
    expect(span.traceId).toBe(run?.traceId)
    above.push(span.name)
  }
  expect(above.slice(0, 2)).toEqual(['vitest.test.runner.test.callback', 'vitest.test.runner.run.test'])
  expect(spans.filter(({ name }) => name === 'GET')).toHaveLength(10)
})
