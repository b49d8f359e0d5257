import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { CONFIG, JSON_REPORT, vitestProject } from './vitest-process.fixture.ts'

/** Every secret in the project below, put together there so that no listing of its source contains one. */
const CANARY = /cnry-\w+-7391/g

/** What acts on a terminal or a log. The JSON reports escape control characters. */
// oxlint-disable-next-line no-control-regex -- the expression searches for control characters
const ACTIVE = /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/
const COMMAND = /^\s*::(?:error|add-mask)::(?:hostile)/m

/** A server that answers with everything that it received and with text that acts on terminals and CI logs. */
const LOAD_TESTS = String.raw`
  import { once } from 'node:events'
  import { createServer } from 'node:http'
  import { WebSocketServer } from 'ws'
  import { describe, test } from 'vitest'
  import { describeLoad, expect, loadTest } from 'SRC/vitest.ts'

  const canary = (name) => ['cnry', name, '7391'].join('-')
  const HOSTILE = '</script><img src=x onerror=alert(1)>\u001b[2J\u001b]0;title\u0007\u001b]8;;http://x\u001b\\\u009b31m\u202e\u2028\n::error::hostile\r\n ::add-mask::hostile'
  const echo = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += chunk))
    request.on('end', () => {
      // At both ends, because a message quotes the beginning and a sample more of it.
      // Then bytes that are not UTF-8, and a line of a megabyte.
      const text = HOSTILE + request.url + JSON.stringify(request.headers) + body
      response.end(Buffer.concat([Buffer.from(text), Buffer.from([0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80]), Buffer.alloc(1_000_000, 'x')]))
    })
  }).listen(0, '127.0.0.1')
  await once(echo, 'listening')
  const url = 'http://127.0.0.1:' + echo.address().port
  const sockets = new WebSocketServer({ server: echo })
  sockets.on('connection', (socket, { headers }) => {
    socket.on('message', () => socket.close(4000, ('no\u001b[2J\n::error::hostile ' + headers['x-tenant']).slice(0, 120)))
  })

  const brief = { rate: 20, duration: 200, test: { timeout: 20_000 } }
  const refused = { ...brief, judge: false }
  const check = { bodyIncludes: 'never' }
  const pipes = (code) => ({ stdio: ['node', '-e', code, '--token', canary('word')], env: { LICENSE: canary('license') } })
  const SAYS = "process.stderr.write('\\u001b[2J\\n::error::hostile ' + process.argv.slice(1) + process.env.LICENSE + '\\n');"

  describeLoad('hostile\u001b[2J\n::error::hostile </script><img src=x onerror=alert(1)>', { ...brief, headers: { 'x-tenant': canary('header') } }, () => {
    loadTest('path', { target: url, request: { path: '/?access_token=' + canary('query'), check } }, ({ result }) => {
      expect(result).toHaveNoErrors()
    })
    loadTest('metrics page', { target: url, monitor: { openMetrics: url + '/metrics?token=' + canary('query') }, request: { check } }, ({ result }) => {
      expect(result).toHaveNoErrors()
    })
    loadTest('headers', { target: url, request: { headers: { authorization: 'Bearer ' + canary('bearer'), cookie: 'a="b"; sid=' + canary('cookie') }, check: { header: { 'content-type': canary('bearer') } } } }, ({ result }) => {
      expect(result).toHaveNoErrors()
    })
    loadTest('body', { target: url, request: { method: 'POST', body: JSON.stringify({ password: canary('password') }), check: { json: { path: 'x', equals: 1 } } } }, ({ result }) => {
      expect(result).toHaveNoErrors()
    })
    loadTest('journey', { target: url, journey: function* ({ send }) {
      yield* send({ name: 'step', path: '/', headers: { authorization: canary('step') }, check })
    } }, ({ result }) => {
      expect(result).toHaveNoErrors()
    })
    loadTest('sockets', { target: url.replace('http', 'ws'), request: { data: 'x' } }, ({ result }) => {
      expect(result).toHaveNoErrors()
    })
    loadTest('own protocol', { target: 'own://127.0.0.1:' + echo.address().port, request: {}, protocol: {
      name: 'own\u001b[2J',
      connect: () => ({ exchange: (_, { onDone }) => onDone({ ok: false, status: '\u001b[2J', message: HOSTILE + canary('header') }), close() {} }),
    } }, ({ result }) => {
      expect(result).toHaveNoErrors()
    })
    loadTest('own error', { target: () => { throw new Error(HOSTILE + canary('header'), { cause: new Error(HOSTILE + canary('header')) }) } }, () => {})
    loadTest('pipes that end', { target: pipes(SAYS + "process.exit(3)") }, () => {})
    loadTest('pipes that reply', { target: pipes(SAYS + "process.stdin.once('data', () => console.log(JSON.stringify({ jsonrpc: '2.0', id: 1, error: { code: 1, message: '\\u001b[2J\\n::error::hostile' + process.env.LICENSE } })))") }, () => {})
    loadTest('command', { target: { command: ['node', '-e', SAYS + 'process.exit(3)', '--api-key=' + canary('option')], env: { LICENSE: canary('license') }, url: 'http://127.0.0.1:{port}' } }, () => {})
    loadTest('plan', { target: url, request: { path: 5, headers: { 'x-key': [canary('array')] }, methd: { token: canary('key') } }, sla: { p99: canary('header') } }, () => {})
    loadTest('credentials', { target: url.replace('//', '//' + canary('user') + ':' + canary('pass') + '@') }, () => {})
  })`

const CONFIG_WITH_LOG = CONFIG.replace('export default', "process.env.LOAD_LOG = 'debug'\n  export default").replace(
  'load({',
  "load({ artifacts: ['benchmark', 'ctrf', 'gitlab-load-performance', 'hgrm', 'openmetrics'],",
)
/** In GitHub Actions, with a file for the summary of the job. */
const GITHUB = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: 'summary.md' }

test('no secret and no active character reaches the terminal or a file', { timeout: 60_000 }, async (context) => {
  const project = vitestProject(
    context,
    5,
    { 'vitest.config.ts': CONFIG_WITH_LOG, 'hostile.load.test.ts': LOAD_TESTS },
    GITHUB,
  )
  const reporters = [...JSON_REPORT, '--reporter=junit', '--outputFile.junit=junit.xml', '--reporter=github-actions']
  const { output } = await project.run('run', ...reporters)
  const statuses = [...project.tests().values()].map(({ title, status }) => `${title}: ${status}`)
  expect(statuses, output).toHaveLength(13)
  expect(statuses.filter((status) => !status.endsWith(': failed'))).toEqual([])
  const written = project.files('reports').map((file) => `reports/${file}`)
  expect(written).toEqual(expect.arrayContaining(['reports/ctrf_report.json', 'reports/pull_request_comment.md']))
  const files = [...written, 'summary.md', 'junit.xml', 'results.json']
  const saved = files.map((file) => [file, project.text(file)] as const)
  const contents = [...saved, ...saved.flatMap(([, text]) => downloadsIn(text))]
  expect(contents.map(([name]) => name)).toEqual(
    expect.arrayContaining(['download load-1.json', 'download load-1.csv']),
  )
  const texts = { output, ...Object.fromEntries(contents) }
  const found = new Set<string>()
  for (const [where, text] of Object.entries(texts)) {
    for (const [secret] of text.matchAll(CANARY)) found.add(`${where}: ${secret}`)
    for (const pattern of [ACTIVE, COMMAND]) {
      if (pattern.test(text)) found.add(`${where}: ${JSON.stringify(around(text, pattern))}`)
    }
  }
  expect([...found]).toEqual([])
  // The texts are there, in a form that shows what they are.
  expect(output).toContain(String.raw`\x1b[2J`)
  expect(output).toContain('[redacted]')
})

/** Returns the files that a page contains, as it saves them. */
function downloadsIn(page: string): readonly (readonly [name: string, text: string])[] {
  const links = page.matchAll(/download="([^"]*)\.gz" href="data:application\/gzip;base64,([^"]*)"/g)
  return Array.from(links, ([, name = '', data = '']) => {
    const text = gunzipSync(Buffer.from(data, 'base64')).toString()
    // Lines of CSV end with CRLF.
    return [`download ${name}`, name.endsWith('.csv') ? text.replaceAll('\r\n', '\n') : text]
  })
}

function around(text: string, pattern: RegExp): string {
  const { index = 0 } = pattern.exec(text) ?? {}
  return text.slice(Math.max(0, index - 80), index + 40)
}
