import { describe, expect, it } from 'vitest'
import { suiteEnvironment } from './environment.ts'

describe('the environment of a suite', () => {
  it('returns nothing for unset and empty variables', () => {
    expect(suiteEnvironment({ LOAD_TARGET: '', LOAD_P99_MS: ' ' })).toEqual({})
  })

  it('reads every variable', () => {
    const env = {
      LOAD_TARGET: 'http://127.0.0.1:3000',
      LOAD_REQUEST: '{"path":"/cart"}',
      LOAD_HEADERS: '{"accept":"text/html"}',
      LOAD_P99_MS: '100',
      LOAD_ERROR_RATE: '0',
      LOAD_MAX_RPS: '4000',
      LOAD_MIN_RPS: '1e2',
      LOAD_RATE: '50',
      LOAD_DURATION: '2.5',
      LOAD_TRACE: '0.5',
      LOAD_USERS: '700',
      LOAD_REQUESTS_PER_USER_MINUTE: '30',
      LOAD_PEAK_USERS: '1400',
    }
    expect(suiteEnvironment(env)).toEqual({
      target: 'http://127.0.0.1:3000',
      targets: { http: 'http://127.0.0.1:3000' },
      rate: 50,
      durationMs: 2_500,
      tracing: 0.5,
      users: 700,
      requestsPerUserMinute: 30,
      peakUsers: 1_400,
      request: { path: '/cart' },
      headers: { accept: 'text/html' },
      p99Ms: 100,
      errorRate: 0,
      maxRps: 4_000,
      minRps: 100,
    })
  })

  it('prefers the target of the protocol', () => {
    const env = { LOAD_TARGET: 'http://127.0.0.1:1', LOAD_TARGET_HTTP: 'http://127.0.0.1:2' }
    expect(suiteEnvironment(env).target).toBe('http://127.0.0.1:2')
  })

  it('determines the protocol of each target, and reads the command of an MCP server', () => {
    const env = {
      LOAD_TARGET: '["node","server.js"]',
      LOAD_TARGET_WEBSOCKET: 'ws://127.0.0.1:2',
      LOAD_TARGET_TCP: 'tcp://127.0.0.1:3',
    }
    const stdio = { stdio: ['node', 'server.js'] }
    expect(suiteEnvironment(env)).toEqual({
      target: stdio,
      targets: { mcp: stdio, websocket: 'ws://127.0.0.1:2', tcp: 'tcp://127.0.0.1:3' },
    })
  })

  it('does not show the headers of an invalid variable', () => {
    const shown = (env: Record<string, string>): string => {
      try {
        return JSON.stringify(suiteEnvironment(env))
      } catch (error) {
        return `${String(error)} ${JSON.stringify(error)}`
      }
    }
    for (const text of ['authorization: Bearer canary-1', 'x-tenant=canary-2', '["x-tenant","canary-3"]']) {
      expect(shown({ LOAD_HEADERS: text })).toContain('LOAD_HEADERS must be header values by name')
      expect(shown({ LOAD_HEADERS: text })).not.toContain('canary')
    }
    expect(shown({ LOAD_REQUEST: '{headers:{x-tenant:canary-4}}' })).not.toContain('canary')
    expect(shown({ LOAD_TARGET: 'nowhere?token=canary-5' })).toContain("got 'nowhere?token=[redacted]'")
  })

  it.each([
    ['5', 5_000],
    ['2.5', 2_500],
    ['5s', 5_000],
    ['1m', 60_000],
    ['500ms', 500],
  ])('reads LOAD_DURATION=%s', (LOAD_DURATION, durationMs) => {
    expect(suiteEnvironment({ LOAD_DURATION })).toEqual({ durationMs })
  })

  it('understands targets without a scheme, and an HTTP URL for MCP', () => {
    const env = { LOAD_TARGET: 'localhost:3000', LOAD_TARGET_MCP: 'http://localhost:3000/mcp' }
    expect(suiteEnvironment(env).targets).toEqual({
      http: 'http://localhost:3000',
      mcp: 'mcp+http://localhost:3000/mcp',
    })
  })

  it('reports every invalid variable together', () => {
    const env = {
      LOAD_TARGET: 'localhost',
      LOAD_REQUEST: '{path:/}',
      LOAD_HEADERS: '{"retries":3}',
      LOAD_P99_MS: 'fast',
      LOAD_ERROR_RATE: '1',
      LOAD_MAX_RPS: '-1',
      LOAD_DURATION: '5 sec',
      LOAD_WAKE: 'fast',
      LOAD_LOG: 'verbose',
    }
    expect(() => suiteEnvironment(env)).toThrowErrorMatchingInlineSnapshot(`
      [LoadPlanError: the plan has 9 issues
        - LOAD_TARGET must be a URL such as 'http://127.0.0.1:3000', or the command of an MCP server as a JSON list of words, got 'localhost'
        - LOAD_REQUEST must be a request as JSON, such as {"path":"/cart"}, or a list of them, got '{path:/}'
        - LOAD_HEADERS must be header values by name as JSON, such as {"authorization":"Bearer …"}, got (not shown)
        - LOAD_DURATION must be a number of seconds greater than 0, or a duration such as '30s' or '1m', got '5 sec'
        - LOAD_P99_MS must be a number of milliseconds greater than 0, got 'fast'
        - LOAD_ERROR_RATE must be a share from 0 to below 1, got '1'
        - LOAD_MAX_RPS must be a number of requests per second greater than 0, got '-1'
        - LOAD_WAKE must be 'exact' or 'tick', got 'fast'
        - LOAD_LOG must be 'debug', or unset, got 'verbose']
    `)
  })

  it('rejects a required limit above the ceiling of the search', () => {
    expect(() => suiteEnvironment({ LOAD_MIN_RPS: '500', LOAD_MAX_RPS: '200' })).toThrow(
      'LOAD_MIN_RPS must not be above LOAD_MAX_RPS (200), got 500',
    )
  })
})
