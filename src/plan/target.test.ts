import { describe, expect, it } from 'vitest'
import type { PlanIssue } from '../model/errors.ts'
import { withScheme } from '../model/target.ts'
import type { SchemeVocabulary } from './vocabulary.ts'
import { readMonitor, targetReader } from './target.ts'
import { readAllowHosts, readTls } from './connection-options.ts'
import { readHeaders } from '../model/header-readers.ts'
import type { Reader } from '../model/readers.ts'

const SCHEMES: Readonly<Record<string, string>> = { 'http:': 'http', 'https:': 'http', 'tcp:': 'tcp' }

const vocabulary: SchemeVocabulary = {
  schemes: Object.keys(SCHEMES),
  protocolOf: ({ protocol }) => SCHEMES[protocol],
  schemesOf: (protocol) => (protocol === 'tcp' ? ['tcp:'] : ['http:', 'https:']),
  targetFor: (target, protocol) => withScheme(target, protocol === 'tcp' ? 'tcp:' : 'http:'),
  portOf: ({ port, protocol }) => (port === '' && protocol === 'tcp:' ? undefined : Number(port) || 80),
}
const readTarget = targetReader(vocabulary)

/** Returns `key rule → remedy` of every issue. */
function reported(read: Reader<unknown>, value: unknown, key: string): readonly string[] {
  const issues: PlanIssue[] = []
  read(value, key, issues)
  return issues.map((issue) => `${issue.key} ${issue.rule}${issue.remedy === undefined ? '' : ` → ${issue.remedy}`}`)
}

describe('target', () => {
  it.each<[unknown, readonly string[]]>([
    [{ socketPath: '/run/app.sock', url: 'http://localhost/api' }, []],
    [{ socketPath: '/run/app.sock', url: 'https://localhost' }, []],
    [
      { socketPath: 'app.sock', url: 'http://localhost' },
      [
        "target.socketPath must be an absolute path → write target: { socketPath: '/run/app.sock', url: 'http://localhost/' }",
      ],
    ],
    [
      { socketPath: `/${'x'.repeat(107)}`, url: 'http://localhost' },
      ['target.socketPath must be at most 107 bytes long → use a shorter path, such as a symbolic link in /tmp'],
    ],
    [
      { socketPath: '/run/app.sock' },
      ["target.url must be given → write target: { socketPath: …, url: 'http://localhost/' }"],
    ],
    [
      { socketPath: '/run/app.sock', url: 'tcp://localhost:1' },
      ['target.url must be an http: or https: URL: only HTTP uses a Unix socket'],
    ],
  ])('of a Unix socket %j has the issues %j', (target, issues) => {
    expect(reported(readTarget, target, 'target')).toEqual(issues)
  })

  it.each(['http://127.0.0.1:3000', 'https://[::1]/api?x=1', new URL('http://localhost')])('accepts %s', (target) => {
    expect(reported(readTarget, target, 'target')).toEqual([])
  })

  it.each([
    ['localhost', "target must be a URL → write target: 'http://localhost'"],
    ['127.0.0.1/api', "target must be a URL → write target: 'http://127.0.0.1/api'"],
    [3000, "target must be a URL → write target: 'http://127.0.0.1:3000'"],
    ['', "target must be a URL → write target: 'http://127.0.0.1:3000'"],
    ['http://127.0.0.1:0', 'target must have a port other than 0'],
    ['tcp://localhost', "target must name a port → write target: 'tcp://localhost:6379'"],
    ['ftp://127.0.0.1', 'target must start with the scheme of a known protocol → expected one of: http: https: tcp:'],
  ])('rejects %j with a remedy that can be copied', (target, message) => {
    expect(reported(readTarget, target, 'target')).toEqual([message])
  })

  it.each([
    ['localhost:3000', undefined, 'http://localhost:3000/'],
    ['127.0.0.1:3000/cart?x=1', undefined, 'http://127.0.0.1:3000/cart?x=1'],
    ['[::1]:3000', 'http', 'http://[::1]:3000/'],
    ['example.com:8080', undefined, 'http://example.com:8080/'],
    ['localhost:6379', 'tcp', 'tcp://localhost:6379'],
  ])('understands %s without a scheme, with the protocol %s', (target, protocol, href) => {
    expect(targetReader(vocabulary, protocol)(target, 'target', [])?.target).toBe(href)
  })

  it('adds the scheme to the URL of a command, and keeps the place of its port', () => {
    const issues: PlanIssue[] = []
    const target = { command: ['node', 'server.js'], url: 'localhost:{port}/api' }
    expect(readTarget(target, 'target', issues)?.target).toEqual({ ...target, url: 'http://localhost:{port}/api' })
    expect(issues).toEqual([])
  })

  it('knows the protocol of a shared server before it starts, and reports its issues', () => {
    const shared = (written: object) => Object.assign(() => Promise.reject(new Error('started')), { written })
    expect(readTarget(shared({ command: ['node'], url: 'tcp://127.0.0.1:{port}' }), 'target', [])?.protocol).toBe('tcp')
    expect(reported(readTarget, shared({ command: ['node'], urll: 'x' }), 'target')).toContain(
      'target.urll is not a key of a target → did you mean `target.url`?',
    )
  })

  it.each([
    [{ stdio: ['node', 'server.js'], env: { A: '1' }, cwd: '/tmp' }, []],
    [{ stdio: 'node server.js' }, [/write target\.stdio: \['node', 'server\.js'\]/]],
    [{ stdio: ['node'], url: 'http://127.0.0.1' }, [/^target\.url is not a key of a stdio target/]],
  ])('accepts a stdio target or reports its issues: %j', (target, messages) => {
    const issues = reported(readTarget, target, 'target')
    expect(issues).toEqual(messages.map((message) => expect.stringMatching(message)))
  })

  it('accepts any scheme with a custom protocol', () => {
    expect(reported(targetReader(undefined), 'mine://somewhere', 'target')).toEqual([])
  })

  it('rejects a password without showing it', () => {
    const issues: PlanIssue[] = []
    readTarget('http://admin:hunter2@127.0.0.1:3000', 'target', issues)
    expect(issues).toHaveLength(1)
    expect(JSON.stringify(issues)).not.toMatch(/hunter2|admin/)
  })

  it.each([
    [{ command: 'node server.js', url: 'http://127.0.0.1:{port}' }, /write target\.command: \['node', 'server\.js'\]/],
    [{ command: [], url: 'http://127.0.0.1:{port}' }, /^target\.command must be a list of strings/],
    [{ command: ['node'] }, /^target\.url must be given/],
    [{ command: ['node'], url: 'port {port}' }, /^target\.url must be a URL/],
    [{ command: ['node'], url: 'http://127.0.0.1:{port}', readyURL: 'x' }, /did you mean `target\.readyUrl`/],
    [{ command: ['node'], url: 'http://127.0.0.1:{port}', env: { PORT: 3000 } }, /^target\.env\.PORT must be a string/],
  ])('reports exactly one issue of %j', (target, message) => {
    const issues = reported(readTarget, target, 'target')
    expect(issues).toHaveLength(1)
    expect(issues[0]).toMatch(message)
  })
})

describe('headers', () => {
  it('rejects a value with a line break without showing it', () => {
    const issues: PlanIssue[] = []
    readHeaders({ authorization: 'Bearer s3cret\n' }, 'headers', issues)
    expect(issues).toMatchObject([{ key: 'headers.authorization', remedy: 'it ends with a line break: trim() it' }])
    expect(JSON.stringify(issues)).not.toContain('s3cret')
  })

  it.each([
    [{ 'x-a': 'a\r\nx-b: b' }, ['headers.x-a must be one line of Latin-1 text']],
    [{ 'x a': 'a' }, ['headers.x a must be a header name']],
    [{ 'x-a': 5 }, ["headers.x-a must be a string → write '5'"]],
    [['x-a: 5'], ['headers must be an object with string values']],
    [{ 'x-a': 'tab\tand é', constructor: 'not the inherited one' }, []],
  ])('%j: %j', (headers, messages) => {
    expect(reported(readHeaders, headers, 'headers')).toEqual(messages)
  })
})

describe('tls', () => {
  it.each([
    [{ ca: './ca.pem' }, ["tls.ca must be PEM text → write readFileSync('./ca.pem', 'utf8')"]],
    [{ ca: Buffer.from('-----BEGIN') }, ["tls.ca must be PEM text → write readFileSync(path, 'utf8')"]],
    [{ cert: '-----BEGIN CERTIFICATE-----' }, ['tls must have both `cert` and `key`, or neither']],
    [
      { rejectUnauthorised: false },
      ['tls.rejectUnauthorised is not a key of `tls` → did you mean `tls.rejectUnauthorized`?'],
    ],
    [{ rejectUnauthorized: false, servername: 'a.test' }, []],
  ])('%j: %j', (tls, messages) => {
    expect(reported(readTls, tls, 'tls')).toEqual(messages)
  })
})

describe('allowHosts', () => {
  it.each([
    'staging.example.com',
    '*.example.com',
    '10.1.2.3',
    '10.0.0.0/8',
    'fd00::/8',
    '::1',
    'my_host',
    'bücher.de',
  ])('accepts %s', (entry) => {
    expect(reported(readAllowHosts, [entry], 'allowHosts')).toEqual([])
  })

  it.each([
    ['https://staging.example.com/api', "write 'staging.example.com'"],
    ['staging.example.com:8080', "write 'staging.example.com'"],
    ['*', 'name the hosts'],
  ])('rejects %s: %s', (entry, remedy) => {
    expect(reported(readAllowHosts, [entry], 'allowHosts')).toEqual([expect.stringContaining(remedy)])
  })

  it('must be a list', () => {
    expect(reported(readAllowHosts, 'example.com', 'allowHosts')).toEqual([
      "allowHosts must be a list of hosts → write allowHosts: ['staging.example.com']",
    ])
  })
})

describe('monitor', () => {
  it.each([
    'auto',
    'off',
    { pid: 4 },
    { port: 80 },
    { openMetrics: 'http://10.0.0.1/metrics' },
    { also: ['postgres'] },
    { port: 80, also: ['postgres', 'redis-server'] },
  ])('accepts %j', (monitor) => {
    expect(readMonitor(monitor, 'monitor', [])).toEqual(monitor)
  })

  it.each([
    [{ pid: 1, port: 2 }, 'monitor', 'must contain exactly one of pid, port and openMetrics'],
    [{ also: 'postgres' }, 'monitor.also', 'must be a list of names of programs'],
    [{ also: [] }, 'monitor.also', 'must be a list of names of programs'],
    [{ openMetrics: 'ws://127.0.0.1:1/metrics' }, 'monitor.openMetrics', 'must be an http: or https: URL'],
    [{ openMetrics: '/metrics' }, 'monitor.openMetrics', 'must be a URL'],
  ])('rejects %j', (monitor, key, rule) => {
    const issues: PlanIssue[] = []
    expect(readMonitor(monitor, 'monitor', issues)).toBeUndefined()
    expect(issues).toMatchObject([{ key, rule }])
  })
})
