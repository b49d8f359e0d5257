import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Fixture, startFixture } from '../../../fixtures/index.ts'
import { metric } from '../../measure/metric.ts'
import type { CustomEvents } from '../../model/custom-protocol.ts'
import { mix } from '../../plan/mix.ts'
import { tcp } from '../../protocols/registry.ts'
import { journey } from '../../plan/steps.ts'
import { expectConservation } from './conservation.conformance.ts'
import { runLoad } from '../index.ts'

type Collected = Awaited<ReturnType<Fixture<'collector'>['control']['spans']>>[number]

const CLIENT = 3

/** Answers every request of the tests that need no other server. */
let plain: Fixture<'plain'>

beforeAll(async () => {
  plain = await startFixture('plain', {})
})

afterAll(() => plain.stop())

afterEach(() => vi.unstubAllEnvs())

/** Starts a collector and points the environment variables at it. */
async function startCollector(
  options: Parameters<typeof startFixture<'collector'>>[1] = {},
): Promise<Fixture<'collector'>> {
  const collector = await startFixture('collector', options)
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.url)
  return collector
}

function byName(spans: readonly Collected[], name: string): readonly Collected[] {
  return spans.filter((span) => span.name === name)
}

describe('traces of a run, exported to a collector', () => {
  test('all: exports a span for each measured request, linked to that of the run, as the conventions define', async () => {
    await using collector = await startCollector()
    const request = { name: 'cart', path: '/cart?token=secret' }
    const plan = { target: plain.url, rate: 400, duration: '500ms', warmUp: '100ms', request, tracing: 'all' } as const
    const result = await runLoad(plan)
    expect(result.tracing).toEqual({ mode: 'all', to: 'otlp', exported: 201, lost: 0 })
    const spans = await collector.control.spans()
    expect(await collector.control.violations()).toEqual([])
    const [run] = byName(spans, 'load.run')
    const requests = byName(spans, 'GET')
    expect([spans.length, requests.length]).toEqual([201, 200])
    expect(new Set(requests.map(({ traceId }) => traceId)).size).toBe(200)
    expect(new Set(requests.map(({ attributes }) => attributes['load.request_id'])).size).toBe(200)
    for (const span of requests) {
      expect(span).toMatchObject({ service: 'describe-load', kind: CLIENT, parentSpanId: '', status: 0 })
      expect(span.links).toEqual([{ traceId: run?.traceId, spanId: run?.spanId }])
      expect(span.events.map(({ name }) => name)).toEqual(['load.intended', 'load.due'])
      // Events before the request was sent lie before the start of the span.
      expect(BigInt(span.events[0]?.nanos ?? 0) <= BigInt(span.startNanos)).toBe(true)
    }
    expect(requests[0]?.attributes).toMatchObject({
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'server.address': '127.0.0.1',
      'server.port': plain.port,
      'url.full': `${plain.url}/cart?token=[redacted]`,
      'load.operation': 'cart',
      'load.generator_id': result.generatorId,
      'user_agent.synthetic.type': 'test',
    })
    expect(run?.attributes).toMatchObject({ 'load.requests_scheduled': 200, 'load.generator_id': result.generatorId })
  })

  test('a ratio: samples requests when they are sent; off: sends no trace context', async () => {
    await using collector = await startCollector()
    const plan = { target: plain.url, rate: 800, duration: '500ms' } as const
    const some = await runLoad({ ...plan, tracing: 0.25 })
    const sampled = byName(await collector.control.spans(), 'GET').length
    // 400 draws with a probability of a quarter; tolerance of five standard deviations.
    expect(sampled).toBeGreaterThan(56)
    expect(sampled).toBeLessThan(144)
    expect(some.tracing).toMatchObject({ mode: 0.25, exported: sampled + 1, lost: 0 })
    const before = await collector.control.requests()
    const none = await runLoad({ ...plan, tracing: 'off' })
    expect(none).toMatchObject({ slowest: [], tracing: { mode: 'off', to: null, exported: 0 } })
    expect(await collector.control.requests()).toBe(before)
  })

  test('slowest: exports the slowest requests of the result, and failed ones with their error type', async () => {
    await using collector = await startCollector()
    await using server = await startFixture('failing', { ratio: 0.1 })
    vi.stubEnv('LOAD_TRACE_URL', 'http://127.0.0.1:16686/trace/{traceId}?uiFind={spanId}')
    const result = await runLoad({ target: server.url, rate: 1_000, duration: '500ms' })
    const spans = byName(await collector.control.spans(), 'GET')
    expect(spans.map(({ spanId }) => spanId).sort()).toEqual(result.slowest.map(({ spanId }) => spanId).sort())
    const slow = result.slowest.filter(({ because }) => because === 'slowest')
    expect(slow).toHaveLength(50)
    expect(slow.map(({ responseMs }) => responseMs)).toEqual(
      slow.map(({ responseMs }) => responseMs).sort((a, b) => b - a),
    )
    expect(slow[0]?.responseMs).toBeCloseTo(result.responseTime.maxMs ?? 0, 0)
    const [first] = result.slowest
    expect(first?.url).toBe(`http://127.0.0.1:16686/trace/${first?.traceId}?uiFind=${first?.spanId}`)
    const failed = spans.filter(({ attributes }) => attributes['load.kept_because'] === 'failed')
    expect(failed.length).toBe(Math.min(10, result.errors))
    for (const span of failed) {
      expect(span).toMatchObject({ status: 2, attributes: { 'error.type': '500', 'http.response.status_code': 500 } })
    }
    expectConservation(result)
  })

  test('an instrumented server continues the trace of each request', async () => {
    await using collector = await startCollector()
    await using server = await startFixture('instrumented', { collector: collector.url })
    await runLoad({ target: server.url, rate: 200, duration: '500ms', warmUp: '100ms', tracing: 'all' })
    await server.control.flush()
    const spans = await collector.control.spans()
    expect(await collector.control.violations()).toEqual([])
    const ours = new Map(byName(spans, 'GET').map((span) => [span.spanId, span]))
    const clients = [...ours.values()].filter(({ service }) => service === 'describe-load')
    const servers = spans.filter(({ service, kind }) => service === 'shop' && kind === 2)
    const inner = byName(spans, 'look it up')
    expect(clients).toHaveLength(100)
    // Before the run, a request without a context may have checked the connection; it is a separate trace.
    const continued = servers.filter(({ parentSpanId }) => parentSpanId !== '')
    expect(continued).toHaveLength(100)
    for (const span of continued) expect(ours.get(span.parentSpanId)?.traceId).toBe(span.traceId)
    const byServer = new Map(servers.map((span) => [span.spanId, span]))
    for (const span of inner) expect(byServer.get(span.parentSpanId)?.traceId).toBe(span.traceId)
  })

  test('a journey is the parent span of its steps', async () => {
    await using collector = await startCollector()
    const buys = journey(function* ({ send, think }) {
      yield* send({ name: 'login', path: '/login' })
      yield* think(20, 20)
      yield* send({ name: 'cart', path: '/cart' })
    })
    await runLoad({ target: plain.url, rate: 40, duration: '500ms', journey: buys, tracing: 'all' })
    const spans = await collector.control.spans()
    const journeys = new Map(byName(spans, 'journey').map((span) => [span.spanId, span]))
    const steps = byName(spans, 'GET')
    expect([journeys.size, steps.length]).toEqual([20, 40])
    for (const step of steps) {
      const whole = journeys.get(step.parentSpanId)
      expect(whole?.traceId).toBe(step.traceId)
      expect(BigInt(whole?.startNanos ?? 0) <= BigInt(step.startNanos)).toBe(true)
      expect(BigInt(whole?.endNanos ?? 0) >= BigInt(step.endNanos)).toBe(true)
    }
  })

  test('exports durations as histograms, under the names of the conventions and custom names', async () => {
    await using collector = await startCollector()
    const request = [
      { name: 'cart', path: '/cart' },
      { name: 'pay', method: 'POST', path: '/pay' },
    ] as const
    const result = await runLoad({ target: plain.url, rate: 200, duration: '500ms', request })
    const metrics = await collector.control.metrics()
    const names = metrics.map(({ name, attributes }) => `${name} ${String(attributes['load.operation'])}`)
    expect(names.toSorted()).toEqual([
      'http.client.request.duration cart',
      'http.client.request.duration pay',
      'load.response_time cart',
      'load.response_time pay',
    ])
    for (const { unit, count, sum, bucketCounts, bounds, attributes } of metrics) {
      const operation = String(attributes['load.operation'])
      expect(attributes).toMatchObject({
        'http.request.method': operation === 'pay' ? 'POST' : 'GET',
        'server.address': '127.0.0.1',
        'server.port': plain.port,
      })
      expect({ unit, count }).toEqual({ unit: 's', count: result.operations[operation]?.successes })
      expect(bucketCounts.reduce((a, b) => a + b, 0)).toBe(count)
      expect(bucketCounts).toHaveLength(bounds.length + 1)
      expect(sum).toBeGreaterThan(0)
    }
  })
})

test('exports the values of metric() as histograms in their unit', async () => {
  await using collector = await startCollector()
  let calls = 0
  const check = (): boolean => {
    metric('cart_size', calls++ % 30, { unit: 'items' })
    return true
  }
  const result = await runLoad({ target: plain.url, rate: 100, duration: '300ms', request: { path: '/', check } })
  const sent = (await collector.control.metrics()).find(({ name }) => name === 'cart_size')
  expect(sent).toMatchObject({
    unit: 'items',
    count: 30,
    sum: 435,
    attributes: { 'http.request.method': 'GET', 'load.generator_id': result.generatorId },
  })
  const above = (sent?.bounds ?? []).flatMap((bound, i) => (bound >= 5 ? [[bound, sent?.bucketCounts[i]]] : []))
  expect(above).toEqual([
    [5, 3],
    [10, 5],
    [20, 10],
    [50, 9],
  ])
})

describe('the size and the operation of a span', () => {
  /** Sizes of the spans by the name of the operation. */
  async function sizesOf(collector: Fixture<'collector'>): Promise<Readonly<Record<string, readonly unknown[]>>> {
    const spans = (await collector.control.spans()).filter(({ name }) => name !== 'load.run')
    const sizes: Record<string, Set<unknown>> = {}
    for (const { attributes } of spans) {
      const operation = String(attributes['load.operation'])
      ;(sizes[operation] ??= new Set()).add(attributes['load.message_size'])
    }
    return Object.fromEntries(Object.entries(sizes).map(([name, all]) => [name, [...all]]))
  }

  test('are those of the payload, in every protocol and shape of request', async () => {
    await using collector = await startCollector()
    await using http = await startFixture('work', { protocol: 'http' })
    await using websocket = await startFixture('work', { protocol: 'websocket' })
    await using tcpServer = await startFixture('work', { protocol: 'tcp' })
    await using mcp = await startFixture('work', { protocol: 'mcp' })
    const form = new FormData()
    form.set('a', 'é')
    const post = { method: 'POST', path: '/write' } as const
    const params = { name: 'echo', arguments: { message: 'grüße' } }
    const result = await runLoad({
      rate: 400,
      duration: '500ms',
      tracing: 'all',
      seed: 'b0b5',
      workload: mix([
        {
          name: 'http',
          weight: 1,
          target: http.url,
          messageSize: 500,
          request: [
            { path: '/read?bytes=10' },
            { name: 'text', ...post, body: 'héé' },
            { name: 'bytes', ...post, body: new Uint8Array(300) },
            { name: 'template', ...post, body: '{{random.uuid}}' },
            { name: 'generated', ...post },
            { name: 'json', ...post, body: { a: 'é', b: [1, 2] } },
            { name: 'urlencoded', ...post, body: new URLSearchParams({ a: 'é' }) },
            { name: 'multipart', ...post, body: form },
          ],
        },
        {
          name: 'websocket',
          weight: 1,
          target: websocket.url,
          request: [
            { name: 'text', data: 'write é' },
            { name: 'bytes', data: Buffer.from('write abc') },
          ],
        },
        { name: 'tcp', weight: 1, target: tcpServer.url, messageSize: 70_000, request: [{ data: 'write é' }] },
        {
          name: 'mcp',
          weight: 1,
          target: mcp.url,
          request: [
            { name: 'call', tool: 'echo', arguments: params.arguments },
            { name: 'list', method: 'tools/list' },
          ],
        },
      ]),
    })
    expect(result.errors).toBe(0)
    const boundary = `--describe-load-${'0'.repeat(32)}`
    const multipart = `${boundary}\r\ncontent-disposition: form-data; name="a"\r\n\r\né\r\n${boundary}--\r\n`
    expect(await sizesOf(collector)).toEqual({
      http: [0],
      'http text': [5],
      'http bytes': [300],
      'http template': [36],
      'http generated': [500],
      'http json': [20],
      'http urlencoded': ['a=%C3%A9'.length],
      'http multipart': [Buffer.byteLength(multipart)],
      'websocket text': [8],
      'websocket bytes': [9],
      tcp: [8],
      'mcp call': [Buffer.byteLength(JSON.stringify(params))],
      'mcp list': [0],
    })
  })

  test('are those of all operations that one message carries', async () => {
    await using collector = await startCollector()
    await using server = await startFixture('work', { protocol: 'tcp', framing: { length: 4 } })
    const plan = {
      target: server.url,
      protocol: tcp({ framing: { length: 4 } }),
      rate: 100,
      duration: '200ms',
    } as const
    await runLoad({ ...plan, tracing: 'all', workload: 'batch', batchSize: 5, messageSize: 100_000, seed: 'b0b5' })
    const writes = 'write '.length + 100_000
    const sizes = await sizesOf(collector)
    const possible = [1, 2, 3, 4].map((reads) => reads * 'read binary 100000'.length + (5 - reads) * writes)
    expect(Object.keys(sizes)).toEqual(['read, write'])
    expect(possible).toEqual(expect.arrayContaining([...(sizes['read, write'] ?? [])]))
  })

  test('are those of a request that was completed with the setup of its connection, and of a custom protocol', async () => {
    await using collector = await startCollector()
    await using server = await startFixture('work', { protocol: 'http' })
    const plan = { target: server.url, rate: 50, duration: '200ms', tracing: 'all' } as const
    const body = 'for {{setup.user}}'
    await runLoad({ ...plan, setup: () => ({ user: 'ada' }), request: { method: 'POST', path: '/write', body } })
    expect(await sizesOf(collector)).toEqual({ http: [7] })
    const protocol = {
      name: 'silent',
      connect: () => ({
        exchange(outgoing: unknown, { onDone }: CustomEvents): void {
          onDone({ ok: true, bytesSent: 90 })
        },
      }),
    }
    const request = [
      { name: 'data', data: new Uint8Array(12) },
      { name: 'body', body: { a: 'é' } },
      { name: 'unknown', question: 'why' },
    ]
    await runLoad({ ...plan, protocol, rate: 200, request, seed: 'b0b5' })
    expect(await sizesOf(collector)).toEqual({ http: [7], data: [12], body: [10], unknown: [90] })
  })
})

describe('a collector that does not accept spans', () => {
  const plan = { rate: 400, duration: '500ms', tracing: 'all' } as const

  test.each(['hang', 500, 'absent'] as const)(
    '(%s) does not affect the load, and is reported in one line',
    async (manner) => {
      await using collector = await startCollector(manner === 'absent' ? {} : { manner })
      if (manner === 'absent') await collector.stop()
      const startedMs = performance.now()
      const result = await runLoad({ ...plan, target: plain.url })
      expect(performance.now() - startedMs).toBeLessThan(15_000)
      expect(result).toMatchObject({ ended: 'completed', successes: 200, errors: 0, dropped: 0 })
      expectConservation(result)
      expect(result.tracing).toMatchObject({ to: 'otlp', exported: 0, lost: 201 })
      expect(result.tracing?.because).toContain(`${collector.url} does not accept spans`)
      expect(result.tracing?.because?.split('\n')).toHaveLength(1)
    },
  )
})

test('a collector of traces that takes no metrics gets every span, also in later runs', async () => {
  await using collector = await startCollector({ takesMetrics: false })
  const plan = { rate: 400, duration: '200ms', tracing: 'all', target: plain.url } as const
  // From the second run on, the exporters are loaded, so that the refusal arrives before the spans do.
  for (let run = 1; run <= 3; run++) {
    expect((await runLoad(plan)).tracing).toEqual({ mode: 'all', to: 'otlp', exported: 81, lost: 0 })
    expect(await collector.control.spans()).toHaveLength(81 * run)
  }
})

describe('a provider that the user registered', () => {
  const exporter = new InMemorySpanExporter()

  beforeEach(() => {
    exporter.reset()
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }))
  })

  afterEach(() => {
    trace.disable()
    context.disable()
  })

  test('gets the spans instead of the collector, with the run below the active span', async () => {
    await using collector = await startCollector()
    const tracer = trace.getTracer('a test')
    const result = await tracer.startActiveSpan('the test', async (span) => {
      const run = await runLoad({ target: plain.url, rate: 100, duration: '500ms', tracing: 'all' })
      span.end()
      return run
    })
    expect(result.tracing).toEqual({ mode: 'all', to: 'provider', exported: 51, lost: 0 })
    expect(await collector.control.requests()).toBe(0)
    const spans = exporter.getFinishedSpans()
    const outer = spans.find(({ name }) => name === 'the test')
    const run = spans.find(({ name }) => name === 'load.run')
    const requests = spans.filter(({ name }) => name === 'GET')
    expect(requests).toHaveLength(50)
    expect(run?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId)
    expect(run?.spanContext().traceId).toBe(outer?.spanContext().traceId)
    for (const span of requests) expect(span.links[0]?.context.spanId).toBe(run?.spanContext().spanId)
  })
})
