import { describe, expect, it } from 'vitest'
import { LoadPlanError, type PlanIssue } from '../model/errors.ts'
import { DEFAULT_ARRIVALS } from '../model/pattern.ts'
import { readTracing, resolvePlan, resolveTracing } from './resolve-plan.ts'
import { vocabulary } from './vocabulary.fixture.ts'

const complete = { target: 'http://127.0.0.1:3000', rate: 50, duration: '30s' }

/** Returns the message of a plan's issues, or 'no issue'. */
function issuesOf(plan: unknown, seed?: string): string {
  try {
    resolvePlan(plan, vocabulary, { seed })
  } catch (error) {
    if (error instanceof LoadPlanError) return error.message
    throw error
  }
  return 'no issue'
}

const changed = (change: object): string => issuesOf({ ...complete, ...change })

describe('a complete plan', () => {
  it('gets every default', () => {
    const { curve: _, ...plan } = resolvePlan(complete, vocabulary, { name: 'cart', seed: '8F2C1E' })
    expect(plan).toEqual({
      name: 'cart',
      lanes: [
        {
          name: '',
          weight: 1,
          target: 'http://127.0.0.1:3000/',
          protocol: { from: 'shipped', spec: { kind: 'http' } },
          request: undefined,
          workload: 'read',
          messageSize: undefined,
          messageFormat: undefined,
          maxConnections: 100,
        },
      ],
      pattern: { kind: 'constant', rate: 50 },
      durationMs: 30_000,
      concurrency: undefined,
      arrivals: DEFAULT_ARRIVALS,
      warmUpMs: 0,
      batchSize: 1,
      journey: undefined,
      setup: undefined,
      feeds: {},
      connection: 'pooled',
      overflow: 'queue',
      reconnect: { attempts: 100, backoffMs: 100, maxBackoffMs: 2_000, jitter: 0.5 },
      requestTimeoutMs: 10_000,
      sla: {},
      abortOn: undefined,
      confidence: 0.95,
      onInconclusive: 'lean',
      judge: true,
      tracing: 'slowest',
      seed: '8f2c1e',
      threads: 'auto',
      tls: {},
      headers: {},
      monitor: 'auto',
      allowHosts: [],
    })
  })

  it.each([
    [0.9, 'uniform'],
    [1, DEFAULT_ARRIVALS],
  ])('places the arrivals of %d requests per second %s', (rate, arrivals) => {
    expect(resolvePlan({ ...complete, rate }, vocabulary).arrivals).toBe(arrivals)
  })

  it('draws a seed that reproduces the plan', () => {
    const drawn = resolvePlan(complete, vocabulary).seed
    expect(drawn).toMatch(/^[0-9a-f]{1,8}$/)
    expect(resolvePlan({ ...complete, seed: drawn }, vocabulary).seed).toBe(drawn)
    const seeds = Array.from({ length: 20 }, () => resolvePlan(complete, vocabulary).seed)
    expect(new Set(seeds).size).toBeGreaterThan(10)
  })

  it.each([
    [{ seed: 255 }, undefined, 'ff'],
    [{ seed: '00ff' }, undefined, 'ff'],
    [{ seed: 255 }, '', 'ff'],
    [{ seed: 255 }, 'abc', 'abc'],
  ])('resolves %j with LOAD_SEED=%s to the seed %s', (change, outer, seed) => {
    expect(resolvePlan({ ...complete, ...change }, vocabulary, { seed: outer }).seed).toBe(seed)
  })

  it('treats an undefined key as absent', () => {
    expect(resolvePlan({ ...complete, sla: undefined, tls: undefined, tarpit: undefined }, vocabulary).sla).toEqual({})
  })

  it('allows one connection per request in flight in the closed model', () => {
    const plan = resolvePlan({ target: complete.target, duration: 500, concurrency: 250 }, vocabulary)
    expect(plan.lanes[0].maxConnections).toBe(250)
    expect(plan).toMatchObject({ concurrency: 250, pattern: undefined, durationMs: 500 })
  })

  it('accepts limits, and stops early at all of them except the rate', () => {
    const sla = { p99Ms: 250, errorRate: 0, rps: 50 }
    expect(resolvePlan({ ...complete, sla, abortOn: 'sla' }, vocabulary)).toMatchObject({
      sla,
      abortOn: { sla: { p99Ms: 250, errorRate: 0 }, afterMs: 0 },
    })
    expect(resolvePlan({ ...complete, abortOn: { p99Ms: 90, after: '5s' } }, vocabulary).abortOn).toEqual({
      sla: { p99Ms: 90 },
      afterMs: 5_000,
    })
  })

  it('never reconnects with reconnect: false, and keeps the other defaults with partial options', () => {
    expect(resolvePlan({ ...complete, reconnect: false }, vocabulary).reconnect.attempts).toBe(0)
    expect(resolvePlan({ ...complete, reconnect: { backoffMs: 9_000 } }, vocabulary).reconnect).toEqual({
      attempts: 100,
      backoffMs: 9_000,
      maxBackoffMs: 9_000,
      jitter: 0.5,
    })
  })

  it.each([
    ['a command', { command: ['node', 'server.js'], url: 'http://127.0.0.1:{port}/api', env: { A: '1' } }],
    ['a function', () => 'http://127.0.0.1:3000'],
  ])('accepts %s as target', (_, target) => {
    const [lane] = resolvePlan({ ...complete, target }, vocabulary).lanes
    expect(lane.protocol).toEqual({ from: 'shipped', spec: { kind: 'http' } })
    expect(lane.target).toEqual(target)
  })

  it('uses the rate and duration of a pattern that has them', () => {
    const whole = { kind: 'constant', rate: 7, durationMs: 900 }
    expect(resolvePlan({ target: complete.target, pattern: whole }, vocabulary).durationMs).toBe(900)
  })

  it('accepts a custom pattern object of any class, without a name', () => {
    class Steady {
      readonly durationMs = 2_000
      readonly #rate = 5
      rateAt(): number {
        return this.#rate
      }
      expectedBy(tMs: number): number {
        return (this.#rate * tMs) / 1_000
      }
    }
    const { curve, durationMs } = resolvePlan({ target: complete.target, pattern: new Steady() }, vocabulary)
    expect(durationMs).toBe(2_000)
    expect(curve).toMatchObject({ name: 'custom', meanRps: 5, peakRps: 5 })
    expect(curve?.expectedBy(1_000)).toBe(5)
  })
})

describe('an invalid plan', () => {
  it.each([
    [{ rate: -1 }, 'rate must be greater than 0, got -1'],
    [{ rate: '50' }, "rate must be a number, got '50'\n    → write rate: 50"],
    [{ rate: Number.NaN }, 'rate must be a finite number, got NaN'],
    [
      { duration: '5 parsecs' },
      "duration must be milliseconds as a number, or a string such as '500ms', '30s', '5m', '1.5h', got '5 parsecs'",
    ],
    [
      { duration: '5 minutes' },
      "duration must be milliseconds as a number, or a string such as '500ms', '30s', '5m', '1.5h', got '5 minutes'\n    → write duration: '5m'",
    ],
    [{ duration: 0 }, 'duration must be longer than 0, got 0'],
    [{ pattern: 'sinus' }, "pattern is not the name of a pattern, got 'sinus'\n    → did you mean 'sine-wave'?"],
    [{ durration: 5 }, 'durration is not a key of a plan, got 5\n    → did you mean `duration`?'],
    [
      { rate: 0.01 },
      "duration must allow at least one request (0.3 are expected in 30 s), got '30s'\n    → give it a longer duration or a higher rate",
    ],
    [
      { rate: undefined },
      'rate must be given, got undefined\n    → write rate: 100 (requests per second), or concurrency: 10 for a closed model',
    ],
    [
      { pattern: { kind: 'constant', rate: 7 } },
      'rate must be omitted: the pattern sets the rate, got 50\n    → keep one of the two',
    ],
    [
      { rate: undefined, pattern: { kind: 'constant', rate: 7, durationMs: 5_000 } },
      "duration must be omitted: the pattern lasts 5 s, got '30s'\n    → keep one of the two",
    ],
    [{ maxConnections: 0 }, 'maxConnections must be a whole number of at least 1, got 0'],
    [
      { confidence: 95 },
      'confidence must be above 0.5 and below 1, got 95\n    → ratios are between 0 and 1: 95% is 0.95',
    ],
    [
      { seed: 'banana' },
      "seed must be a whole number from 0 to 4294967295, or up to 8 hexadecimal digits, got 'banana'",
    ],
    [{ threads: 'many' }, "threads must be a number, got 'many'"],
    [{ overflow: 'dorp' }, "overflow must be 'queue' or 'drop', got 'dorp'\n    → did you mean 'drop'?"],
    [{ sla: { p99: 250 } }, 'sla.p99 is not a key of `sla`, got 250\n    → did you mean `sla.p99Ms`?'],
    [{ sla: { errorRate: 1 } }, 'sla.errorRate must be a ratio from 0 to below 1, got 1'],
    [{ sla: {} }, 'sla must contain a limit, got {}\n    → write sla: { p99Ms: 250, errorRate: 0.01 }'],
    [
      { abortOn: 'sla' },
      "abortOn can be 'sla' only if `sla` has a latency limit or an error rate, got 'sla'\n    → write sla: { p99Ms: 250, errorRate: 0.01 }",
    ],
    [
      { abortOn: { errorRate: 0.5, after: '40s' } },
      "abortOn.after must be shorter than the duration of the plan, got '40s'",
    ],
    [{ reconnect: { jitter: 2 } }, 'reconnect.jitter must be a ratio from 0 to 1, got 2'],
    [
      { reconnect: { backoffMs: 50, maxBackoffMs: 20 } },
      'reconnect.maxBackoffMs must not be below `backoffMs`, got 20',
    ],
    [{ request: [] }, 'request must list at least one request, got []'],
    [{ request: [{}, '/cart'] }, "request[1] must be an object, got '/cart'"],
    [{ monitor: {} }, 'monitor must contain exactly one of pid, port and openMetrics, got {}'],
    [{ monitor: { port: 70_000 } }, 'monitor.port must be a whole number of at least 1 and at most 65535, got 70000'],
    [
      { monitor: 'on' },
      "monitor must be 'auto' or 'off', got 'on'\n    → or name what to monitor: { pid: 1234 }, { port: 3000 } or { openMetrics: 'http://127.0.0.1:3000/metrics' }",
    ],
  ])('reports %j in one line, with its remedy', (change, message) => {
    expect(changed(change)).toBe(message)
  })

  it('reports a batch that would never be full as an issue of batchSize', () => {
    expect(changed({ rate: 50, duration: '1s', batchSize: 51 })).toMatch(
      /^batchSize must not exceed the arrivals in 1 s/,
    )
    expect(changed({ rate: 50, duration: '1s', batchSize: 50 })).toBe('no issue')
    expect(changed({ rate: 5, duration: '1s', workload: 'batch' })).toMatch(/^batchSize must not exceed/)
  })

  describe('rejects a percentile of the sla that too few requests can reach', () => {
    const few = { rate: 10, duration: '4s', sla: { p99Ms: 250 } }

    it.each([{}, { judge: true }, { arrivals: 'poisson' }, { onInconclusive: 'warn' }])('with %j', (change) => {
      expect(changed({ ...few, ...change })).toBe(
        'sla.p99Ms needs at least 100 requests, and this run has 40, got 250\n    → run 10 s, or limit p95Ms',
      )
    })

    it('when a pattern sets the rate and the duration', () => {
      const pattern = { kind: 'constant', rate: 10, durationMs: 4_000 }
      expect(issuesOf({ target: complete.target, pattern, sla: few.sla })).toMatch(/^sla\.p99Ms needs at least 100/)
    })

    it.each([
      ['nothing is judged', { judge: false }],
      ['the run is long enough', { duration: '10s' }],
      ['a journey sends more requests than it has arrivals', { journey: () => {} }],
    ])('except when %s', (_, change) => {
      expect(changed({ ...few, ...change })).toBe('no issue')
    })

    it('except in the closed model, whose number of requests is unknown', () => {
      const closed = { target: complete.target, concurrency: 1, duration: '4s', sla: few.sla }
      expect(issuesOf(closed)).toBe('no issue')
    })

    it('except when the plan has no request at all, which is another issue', () => {
      const message = changed({ ...few, rate: 0.1 })
      expect(message).toMatch(/^duration must allow at least one request/)
      expect(message).not.toContain('sla')
    })
  })

  describe('with a ceiling', () => {
    const below = { target: complete.target, duration: 1_000, maxRps: 20 }

    it('accepts a rate up to it, and a closed model', () => {
      expect(resolvePlan({ ...below, rate: 20 }, vocabulary).maxRps).toBe(20)
      expect(resolvePlan({ ...below, concurrency: 5 }, vocabulary).maxRps).toBe(20)
    })

    it('rejects a rate or a peak above it', () => {
      expect(issuesOf({ ...below, rate: 21 })).toBe(
        'rate must not be above maxRps (20), got 21\n    → lower the rate, or raise maxRps',
      )
      expect(issuesOf({ ...below, rate: 5, pattern: 'burst' })).toBe(
        "pattern must not rise above maxRps (20); its peak is 50 req/s, got 'burst'\n    → lower the rate, or raise maxRps",
      )
    })
  })

  it.each(['rate', 'pattern', 'arrivals'])('reports concurrency with %s as an issue of %s', (key) => {
    const value = { rate: 50, pattern: 'burst', arrivals: 'poisson' }[key]
    const message = issuesOf({ target: complete.target, duration: 500, concurrency: 5, [key]: value })
    expect(message).toContain(`${key} cannot be combined with \`concurrency\``)
  })

  it("rejects overflow: 'drop' with concurrency, which drops nothing", () => {
    const closed = { target: complete.target, duration: 500, concurrency: 5 }
    expect(issuesOf({ ...closed, overflow: 'drop' })).toMatch(/^overflow cannot be combined with `concurrency`/)
    expect(issuesOf({ ...closed, overflow: 'queue' })).toBe('no issue')
  })

  it.each([{ batchSize: 2 }, { workload: 'batch' }])(
    'rejects %j with concurrency, which would send no batch',
    (batch) => {
      const [key] = Object.keys(batch)
      const message = issuesOf({ target: complete.target, duration: 500, concurrency: 5, ...batch })
      expect(message).toContain(`${key} cannot be combined with \`concurrency\``)
    },
  )

  it('rejects batches of journeys, of which only one of each batch would start', () => {
    const journey = (): void => {}
    expect(changed({ journey, batchSize: 5 })).toMatch(/^batchSize cannot be combined with `journey`.*, got 5$/m)
    expect(changed({ journey, batchSize: 1 })).toBe('no issue')
  })

  it('reports an issue of LOAD_SEED under that name', () => {
    expect(issuesOf(complete, 'xyz')).toMatch(/^LOAD_SEED must be/)
  })

  it.each([undefined, null, 'http://127.0.0.1:3000', [complete]])('rejects %j as a plan', (plan) => {
    expect(issuesOf(plan)).toMatch(/^plan must be an object/)
  })

  it('lists every issue once', () => {
    const plan = { rate: '50', durration: 5, pattern: 'sinus', threads: 0, sla: { p99Ms: -1 } }
    expect(() => resolvePlan(plan, vocabulary)).toThrow(expect.objectContaining({ code: 'ERR_LOAD_PLAN' }))
    expect(issuesOf(plan)).toMatchInlineSnapshot(`
      "the plan has 6 issues
        - durration is not a key of a plan, got 5
          → did you mean \`duration\`?
        - rate must be a number, got '50'
          → write rate: 50
        - sla.p99Ms must be greater than 0, got -1
        - threads must be a whole number of at least 1, got 0
        - target must be given, got undefined
          → write target: 'http://127.0.0.1:3000'
        - pattern is not the name of a pattern, got 'sinus'
          → did you mean 'sine-wave'?"
    `)
  })
})

function issuesWhile(read: (issues: PlanIssue[]) => unknown): readonly PlanIssue[] {
  const issues: PlanIssue[] = []
  read(issues)
  return issues
}

describe('tracing in a plan', () => {
  it.each(['off', 'slowest', 'all', 0, 0.1, 1])('accepts %j', (value) => {
    const issues: PlanIssue[] = []
    expect(readTracing(value, 'tracing', issues)).toBe(value)
    expect(issues).toEqual([])
  })

  it.each(['some', -0.1, 1.1, Number.NaN, true, null])('rejects %j with the accepted values', (value) => {
    const [issue] = issuesWhile((issues) => readTracing(value, 'tracing', issues))
    expect(issue).toMatchObject({ key: 'tracing', rule: "must be 'all', 'slowest', 'off' or a ratio from 0 to 1" })
  })

  it.each([
    [{ tracing: undefined, traceEveryRequest: undefined }, 'slowest'],
    [{ tracing: undefined, traceEveryRequest: true }, 'all'],
    [{ tracing: undefined, traceEveryRequest: false }, 'off'],
    [{ tracing: 0, traceEveryRequest: undefined }, 'off'],
    [{ tracing: 1, traceEveryRequest: undefined }, 'all'],
    [{ tracing: 0.25, traceEveryRequest: undefined }, 0.25],
  ] as const)('resolves %j to %j', (keys, meant) => {
    expect(resolveTracing(keys, [])).toBe(meant)
  })

  it('rejects tracing together with traceEveryRequest', () => {
    const [issue] = issuesWhile((issues) => resolveTracing({ tracing: 'all', traceEveryRequest: true }, issues))
    expect(issue).toMatchObject({ key: 'traceEveryRequest', rule: 'cannot be combined with `tracing`' })
  })
})
