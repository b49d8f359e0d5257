import { describe, expect, test } from 'vitest'
import { LoadPlanError } from '../../model/errors.ts'
import type { Env } from '../environment/variables.ts'
import { readArguments } from './arguments.ts'
import { hasTarget, prepareTargets } from './command-target.ts'
import { nameFlags } from './flag-names.ts'
import { FLAG_NAMES, FLAGS, flagsOf } from './flags.ts'
import { help } from './help.ts'
import { planOfRun } from './run-load.ts'

const SUITES = ['unit', 'scenarios', 'limits', 'protocols', 'mcp-stress', 'capacity']

function readWords(words: readonly string[], env: Env = {}): ReturnType<typeof readArguments> {
  return readArguments(words, SUITES, env)
}

function read(line: string, env: Env = {}): ReturnType<typeof readArguments> {
  return readWords(line.split(' ').filter(Boolean), env)
}

describe('the command line', () => {
  test.each([
    ['limits -t http://127.0.0.1:3000', ['limits'], { LOAD_TARGET: 'http://127.0.0.1:3000' }],
    [
      'limits -t localhost:3000 --p99 100 --error-rate 0',
      ['limits'],
      { LOAD_TARGET: 'localhost:3000', LOAD_P99_MS: '100', LOAD_ERROR_RATE: '0' },
    ],
    ['capacity -d 5 -p 2 --users 20', ['capacity'], { LOAD_DURATION: '5', LOAD_THREADS: '2', LOAD_USERS: '20' }],
    ['scenarios -d 1m -r 20', ['scenarios'], { LOAD_DURATION: '1m', LOAD_RATE: '20' }],
    ['all -o out --json', SUITES, { LOAD_REPORTS_DIR: 'out' }],
    ['scenarios --no-trace -v', ['scenarios'], { LOAD_TRACE: 'off', LOAD_LOG: 'debug' }],
    ['mcp-stress -- node server.js --port 1', ['mcp-stress'], { LOAD_TARGET: '["node","server.js","--port","1"]' }],
    [
      'limits --allow-host a --allow-host=b -k --seed 5f',
      ['limits'],
      { LOAD_ALLOW_HOSTS: 'a,b', LOAD_TLS_INSECURE: '1', LOAD_SEED: '5f' },
    ],
    [
      'run 127.0.0.1:3000 -r 50 -d 10s',
      ['run'],
      { LOAD_TARGET: '127.0.0.1:3000', LOAD_RATE: '50', LOAD_DURATION: '10s' },
    ],
    ['run -X DELETE localhost:1', ['run'], { LOAD_TARGET: 'localhost:1', LOAD_REQUEST: '{"method":"DELETE"}' }],
    ['run ws://a --data hi', ['run'], { LOAD_TARGET: 'ws://a', LOAD_REQUEST: '{"data":"hi"}' }],
    [
      'run http://a --tool echo --arguments {"a":1}',
      ['run'],
      { LOAD_TARGET: 'http://a', LOAD_REQUEST: '{"tool":"echo","arguments":{"a":1}}' },
    ],
  ])('%s', (line, suites, env) => {
    expect(read(line)).toMatchObject({ kind: 'run', suites, env, notes: [] })
  })

  test('reads headers and a body as curl does', () => {
    const words = ['run', 'a:1', '-H', 'Authorization: Bearer a:b', '-H', 'x:1', '--body', '{"a":1}']
    expect(readWords(words)).toMatchObject({
      env: {
        LOAD_HEADERS: '{"Authorization":"Bearer a:b","x":"1"}',
        LOAD_REQUEST: '{"method":"POST","body":"{\\"a\\":1}"}',
      },
    })
    expect(readWords(['run', 'a:1', '--body', `@${import.meta.filename}`, '-X', 'PUT'])).toMatchObject({
      env: { LOAD_REQUEST: expect.stringContaining('reads headers and a body as curl does') as string },
    })
    expect(readWords(['run', 'a:1', '--body', '@missing.json'])).toMatchObject({
      message: expect.stringContaining('--body @missing.json cannot be read') as string,
    })
  })

  test.each([
    ['limit', 'unknown suite limit: did you mean limits?'],
    [
      'xyzzy',
      'unknown suite xyzzy, expected one of: unit, scenarios, limits, protocols, mcp-stress, capacity, run, init, doctor, all',
    ],
    ['http://a:1', 'unknown suite http://a:1: did you mean run http://a:1?'],
    ['help limit', 'unknown suite limit: did you mean limits?'],
    ['limits capacity', 'name one suite, or all; unexpected: capacity'],
    ['run a:1 b:1', 'name one URL; unexpected: b:1'],
    [
      'scenarios -d soon',
      "-d must be a number of seconds greater than 0, or a duration such as '30s' or '1m', got 'soon'",
    ],
    [
      'scenarios --duration=0',
      "--duration must be a number of seconds greater than 0, or a duration such as '30s' or '1m', got '0'",
    ],
    ['scenarios -r -5', "-r must be a number of requests per second greater than 0, got '-5'"],
    ['limits -p 1.5', "-p must be a whole number greater than 0, got '1.5'"],
    [
      'limits -t localhost',
      "-t must be a URL, or a host with a port, such as 'http://127.0.0.1:3000' or 'localhost:3000', got 'localhost'",
    ],
    ['limits -t', '-t needs a value: -t URL'],
    ['limits -t --p99 5', '-t needs a value: -t URL'],
    ['limits --json=5', '--json takes no value'],
    ['limits --trace --no-trace', 'use either --trace or --no-trace, not both'],
    ['mcp-stress -t mcp+http://127.0.0.1:1 -- node x', 'use either -t or a command after --, not both'],
    ['mcp-stress --', 'the command of an MCP server is missing after --'],
    ['limits --fast', 'unknown flag --fast'],
    ['limits --constructor', 'unknown flag --constructor'],
    ['run a:1 --rps 80', 'unknown flag --rps, which is a setting of k6: use -r 80'],
    ['run a:1 --arrival-rate=5', 'unknown flag --arrival-rate, which is a setting of Artillery: use -r 5'],
    [
      'run a:1 --vus 5 --duration 2s',
      'unknown flag --vus, which is a setting of k6: use -r 100 (requests per second) for users who arrive independently, or --concurrency 5 for that many requests in flight, where each waits for the previous response',
    ],
    ['run a:1 -n 500', 'unknown flag -n: for 500 requests, use -r 50 -d 10s'],
    ['run --url a:1', 'run does not use --url, which is a flag of init: use -t http://127.0.0.1:3000'],
    [
      'run a:1 --think-time 5',
      'unknown flag --think-time: only a plan can do this: users who pause need a journey: yield* think(1_000, 3_000) between two steps',
    ],
    ['limits --targt a:1', 'unknown flag --targt: did you mean --target?'],
    [
      'unit -t a:1',
      'unit does not use -t, which is a flag of scenarios, limits, protocols, mcp-stress, capacity and run: it checks describe-load with its own server and loads',
    ],
    [
      'unit -- node x',
      'unit does not use --, which is a flag of scenarios, limits, protocols, mcp-stress, capacity and run: it checks describe-load with its own server and loads',
    ],
    [
      'limits -d 5',
      'limits does not use -d, which is a flag of scenarios, protocols, mcp-stress, capacity and run: its trials last until they have enough requests for a verdict',
    ],
    ['all --pattern burst', 'no suite uses --pattern, which is a flag of run'],
    ['run a:1 -r 5 --concurrency 5', 'use either -r or --concurrency, not both'],
    ['run a:1 -H authorization', "-H must be 'name: value', got (not shown)"],
    ['run a:1 --path cart', "--path must start with '/', got 'cart'"],
    ['run a:1 --body x --data y', '--body and --data cannot be combined: they are for different protocols'],
    ['run a:1 --tool t --arguments [1]', `--arguments must be a JSON object, such as '{"message":"hello"}', got '[1]'`],
  ])('rejects %s with an explanation', (line, message) => {
    expect(read(line)).toEqual({ kind: 'mistake', message })
  })

  test.each([
    ['', 'short'],
    ['--demo -o out --json -v --seed 5', 'short'],
    ['all --demo', 'full'],
  ] as const)('runs the demo of all suites for %j', (line, demo) => {
    expect(read(line)).toMatchObject({ kind: 'run', suites: SUITES, demo, path: undefined, notes: [] })
  })

  test('runs the demo of one suite with its flags', () => {
    const asked = read('capacity --demo -d 5')
    expect(asked).toMatchObject({ suites: ['capacity'], demo: 'full', env: { LOAD_DURATION: '5' } })
    expect(read('capacity -t a:1')).toMatchObject({ demo: undefined })
  })

  test.each([
    ['-t a:1', '-t needs a suite: name unit, scenarios, limits, protocols, mcp-stress, capacity or all; or run URL'],
    ['-- node x', '-- needs a suite: name unit, scenarios, limits, protocols, mcp-stress, capacity or all; or run URL'],
    ['limits --demo -t a:1', 'use either --demo or a target, not both'],
    ['run a:1 --demo', 'use either --demo or a target, not both'],
    ['limits --demo -- node x', 'use either --demo or a target, not both'],
    ['limits --demo --path /a', 'use either --demo or --path, not both'],
  ])('rejects a target for the demo in %s', (line, message) => {
    expect(read(line)).toEqual({ kind: 'mistake', message })
  })

  test.each([
    [
      'limits -t a:1',
      { LOAD_RATE: '20', LOAD_DURATION: '1' },
      'limits does not use LOAD_DURATION, which is a variable of scenarios, protocols, mcp-stress, capacity and run: its trials last until they have enough requests for a verdict',
    ],
    [
      'unit',
      { LOAD_RATE: '5' },
      'unit does not use LOAD_RATE, which is a variable of scenarios, limits, protocols, mcp-stress, capacity and run: it checks describe-load with its own server and loads',
    ],
    [
      'mcp-stress',
      { LOAD_P95_MS: '3' },
      'mcp-stress does not use LOAD_P95_MS, which is a variable of scenarios, capacity and run',
    ],
    ['run a:1', { LOAD_USERS: '5' }, 'run does not use LOAD_USERS, which is a variable of capacity'],
  ])('rejects a variable that %s cannot honour', (line, env, message) => {
    expect(read(line, env)).toEqual({ kind: 'mistake', message })
  })

  test.each([
    ['capacity -t a:1', { LOAD_DURATION: '1', LOAD_RATE: '20', LOAD_MAX_RPS: '30' }],
    // A target may be set for the load tests of a project, too.
    ['unit', { LOAD_TARGET: 'http://127.0.0.1:3000', LOAD_ALLOW_HOSTS: 'a' }],
    ['limits -t a:1', { LOAD_DURATION: ' ' }],
  ])('accepts the variables of %s', (line, env) => {
    expect(read(line, env)).toMatchObject({ kind: 'run', notes: [] })
  })

  test('says which suites ignore which flags and variables, in one line', () => {
    expect(read('all -t a:1 -d 5')).toMatchObject({ notes: ['unit ignores -t and -d; limits ignores -d'] })
    expect(read('all -v')).toMatchObject({ notes: [] })
    expect(read('all -t a:1', { LOAD_DURATION: '5', LOAD_MIN_RPS: '9' })).toMatchObject({
      notes: [
        'unit ignores -t, LOAD_DURATION and LOAD_MIN_RPS; scenarios ignores LOAD_MIN_RPS; limits ignores LOAD_DURATION; ' +
          'protocols ignores LOAD_MIN_RPS; mcp-stress ignores LOAD_MIN_RPS; capacity ignores LOAD_MIN_RPS',
      ],
    })
    expect(read('all -d 5', { LOAD_DURATION: '6' })).toMatchObject({ notes: ['unit ignores -d; limits ignores -d'] })
  })

  test('requests help for one suite, or for all', () => {
    expect(read('--help')).toEqual({ kind: 'help', topic: undefined })
    expect(read('help')).toEqual({ kind: 'help', topic: undefined })
    expect(read('limits -h')).toEqual({ kind: 'help', topic: 'limits' })
    expect(read('help run')).toEqual({ kind: 'help', topic: 'run' })
    expect(read('--version')).toEqual({ kind: 'version' })
  })
})

test('every flag has a unique short form, and a suite that uses it', () => {
  const shorts = FLAG_NAMES.flatMap((name) => FLAGS[name].short ?? [])
  expect(new Set(shorts).size).toBe(shorts.length)
  expect(FLAG_NAMES.filter((name) => FLAGS[name].by.length === 0)).toEqual([])
})

test('the help of a suite has its flags, its duration and its examples', () => {
  const topics = { limits: { about: 'finds the limit', takes: 'about 75 s', examples: ['limits -t a:1 --p99 5'] } }
  const text = help(topics, 'limits')
  expect(text).toContain('  It takes about 75 s.\n\nexamples:\n  describe-load limits -t a:1 --p99 5\n')
  expect(text).toContain('  -t, --target URL ')
  expect(text).not.toContain('--duration')
  for (const name of flagsOf('limits')) expect(text).toContain(`--${name}`)
  expect(help(topics, undefined)).toContain('  limits  finds the limit (about 75 s)')
})

describe('the targets of a command line', () => {
  test.each([
    ['appends a path', { LOAD_TARGET: 'localhost:1/api' }, '/cart', { LOAD_TARGET: 'http://localhost:1/api/cart' }],
    ['joins queries', { LOAD_TARGET: 'http://a/?x=1' }, '/b?y=2', { LOAD_TARGET: 'http://a/b?x=1&y=2' }],
    ['keeps a command', { LOAD_TARGET: '["node"]' }, '/b', { LOAD_TARGET: '["node"]' }],
    [
      'replaces the variable of the protocol',
      { LOAD_TARGET: 'a:1', LOAD_TARGET_HTTP: 'b:1', LOAD_TARGET_TCP: 'c:1' },
      undefined,
      { LOAD_TARGET: 'a:1', LOAD_TARGET_TCP: 'c:1' },
    ],
  ] as const)('%s', (_, given, path, expected) => {
    const env = { ...given }
    prepareTargets(env, { suites: ['limits'], path, isFlag: true })
    expect(env).toEqual(expected)
  })

  test('are of an MCP server if only its suite is named', () => {
    const env: Record<string, string> = { LOAD_TARGET: 'http://a:1' }
    prepareTargets(env, { suites: ['limits', 'mcp-stress'], path: undefined, isFlag: true })
    expect(env['LOAD_TARGET_MCP']).toBeUndefined()
    prepareTargets(env, { suites: ['mcp-stress'], path: '/mcp', isFlag: true })
    expect(env['LOAD_TARGET_MCP']).toBe('http://a:1/mcp')
    expect([hasTarget(env), hasTarget({ LOAD_TARGET_TCP: ' ' })]).toEqual([true, false])
  })
})

describe('the plan of run', () => {
  test('sends 10 req/s for 10 s unless the flags say otherwise', () => {
    expect(planOfRun({ LOAD_TARGET: 'http://a' }, {}, undefined)).toEqual({
      target: 'http://a',
      rate: 10,
      duration: 10_000,
      judge: false,
    })
  })

  test('takes every flag', () => {
    const values = {
      LOAD_TARGET: 'http://a',
      LOAD_REQUEST: { tool: 't' },
      LOAD_RATE: 5,
      LOAD_DURATION: 50,
      LOAD_P95_MS: 7,
    }
    const options = { connections: '3', 'warm-up': '2', pattern: 'burst' } as const
    expect(planOfRun(values as object, options, { ca: 'x' })).toEqual({
      target: 'http://a',
      protocol: 'mcp',
      request: { tool: 't' },
      rate: 5,
      duration: 50,
      maxConnections: 3,
      warmUp: 2_000,
      pattern: 'burst',
      tls: { ca: 'x' },
      sla: { p95Ms: 7 },
      judge: false,
    })
    expect(planOfRun({}, { concurrency: '4' }, undefined)).not.toHaveProperty('rate')
  })

  test('reports every invalid option', () => {
    const values = { LOAD_TARGET: 'http://a', LOAD_REQUEST: { data: 'x' } }
    expect(() => planOfRun(values as object, { connections: 'x', 'warm-up': 'y' }, undefined)).toThrow(
      /has 3 issues\n  - --connections must be .*\n  - --warm-up must be .*\n  - --data needs a URL/,
    )
  })
})

test('an issue of the plan names the flag or the variable that caused it', () => {
  const issues = ['target', 'request.body.x', 'headers.a b', 'LOAD_RATE', 'tls'].map((key) => ({
    key,
    value: 1,
    rule: 'is wrong',
  }))
  const asked = readWords(['run', '-t', 'a:1', '--body', 'x', '-H', 'a: b', '--rate', '5'])
  if (asked.kind !== 'run') throw new Error('not a run')
  expect(nameFlags(new LoadPlanError(issues), asked).issues.map(({ key }) => key)).toEqual([
    '-t',
    '--body',
    '-H',
    '--rate',
    'tls',
  ])
  expect(nameFlags(new LoadPlanError(issues), { flags: new Map(), env: {} }).issues[0]?.key).toBe('LOAD_TARGET')
})

test('an issue of a JSON flag names the flag and the part of its value', () => {
  const keyOf = (key: string, words: readonly string[]): string | undefined => {
    const asked = readWords(['limits', '-t', 'a:1', ...words])
    if (asked.kind !== 'run') throw new Error('not a run')
    return nameFlags(new LoadPlanError([{ key, value: 1, rule: 'is wrong' }]), asked).issues[0]?.key
  }
  const operations = ['--operations', '{"read":{"pth":"/"}}']
  expect(keyOf('LOAD_OPERATIONS.read.pth', operations)).toBe('--operations read.pth')
  expect(keyOf('LOAD_OPERATIONS', operations)).toBe('--operations')
  expect(keyOf('LOAD_OPERATIONS.read.pth', [])).toBe('LOAD_OPERATIONS.read.pth')
  expect(keyOf('LOAD_REQUEST[0].pth', ['--request', '[{"pth":"/"}]'])).toBe('--request [0].pth')
  expect(keyOf('LOAD_REQUEST.body', ['-X', 'PUT', '--body', 'x'])).toBe('--body')
  const asked = readWords(['limits', '-t', 'a:1', ...operations])
  if (asked.kind !== 'run') throw new Error('not a run')
  const meant = {
    key: 'LOAD_OPERATIONS.read.pth',
    value: 1,
    rule: 'is wrong',
    remedy: 'try `LOAD_OPERATIONS.read.path`',
  }
  expect(nameFlags(new LoadPlanError([meant]), asked).issues[0]?.remedy).toBe('try `read.path`')
})
