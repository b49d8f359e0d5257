import { describe, expect, it } from 'vitest'
import type { PlanIssue } from '../model/errors.ts'
import { withScheme } from '../model/target.ts'
import { resolveLanes } from './lanes.ts'
import type { PlanVocabulary } from './vocabulary.ts'

const KINDS: Readonly<Record<string, string>> = { 'http:': 'http', 'ws:': 'websocket', 'tcp:': 'tcp' }

/** Three protocols whose requests are valid unless they say otherwise. */
const vocabulary: PlanVocabulary = {
  protocolNames: ['http', 'websocket', 'tcp'],
  schemes: Object.keys(KINDS),
  protocolOf: ({ protocol }) => KINDS[protocol],
  schemesOf: (protocol) => (protocol === 'tcp' ? ['tcp:'] : ['http:', 'https:']),
  targetFor: (target, protocol) => withScheme(target, protocol === 'tcp' ? 'tcp:' : 'http:'),
  portOf: ({ port }) => Number(port) || 80,
  protocolIssues: (spec, key) =>
    'framing' in spec && spec['framing'] !== 'newline'
      ? [{ key: `${key}.framing`, value: spec['framing'], rule: 'is not a framing' }]
      : [],
  requestData: (_, request) => request,
  requestIssues: (_, request, key) =>
    typeof request === 'object' && request !== null && !('wrong' in request)
      ? []
      : [{ key, value: request, rule: 'is wrong' }],
  formatIssues: () => [],
  sizeIssues: () => [],
  templateIssues: () => [],
}

const shared = {
  concurrency: undefined,
  maxConnections: undefined,
  messageSize: undefined,
  messageFormat: undefined,
}

function resolved(plan: Readonly<Record<string, unknown>>) {
  const issues: PlanIssue[] = []
  const lanes = resolveLanes(plan, shared, vocabulary, issues)
  return {
    lanes,
    reported: issues.map(({ key, rule, remedy }) => `${key} ${rule}${remedy === undefined ? '' : ` → ${remedy}`}`),
  }
}

const HTTP = 'http://127.0.0.1:3000'

describe('a plan of one protocol', () => {
  it('takes the protocol from the target, and its options from a builder', () => {
    expect(resolved({ target: 'ws://127.0.0.1:1' }).lanes?.[0].protocol).toEqual({
      from: 'shipped',
      spec: { kind: 'websocket' },
    })
    const tcp = { kind: 'tcp', framing: 'newline' }
    expect(resolved({ target: 'tcp://127.0.0.1:1', protocol: tcp }).lanes?.[0].protocol).toEqual({
      from: 'shipped',
      spec: tcp,
    })
  })

  it('accepts a custom protocol as an object or a module, with any scheme', () => {
    const own = { name: 'mine', connect: () => ({}) }
    const module = new URL('file:///mine.ts')
    expect(resolved({ target: 'mine://here', protocol: own }).lanes?.[0].protocol).toEqual({
      from: 'object',
      protocol: own,
    })
    expect(resolved({ target: 'mine://here', protocol: module }).lanes?.[0].protocol).toEqual({
      from: 'module',
      href: 'file:///mine.ts',
    })
  })

  it('has one connection over pipes, which is one process', () => {
    expect(
      resolved({ target: { stdio: ['node', 'x.js'] }, protocol: { name: 'own', connect: () => ({}) } }).lanes,
    ).toMatchObject([{ maxConnections: 1 }])
  })

  it('converts operations by name to a weighted list', () => {
    const { lanes } = resolved({ target: HTTP, workload: { browse: { path: '/', weight: 9 }, buy: { path: '/buy' } } })
    expect(lanes?.[0].request).toEqual([
      { path: '/', weight: 9, name: 'browse' },
      { path: '/buy', name: 'buy' },
    ])
  })

  it.each([
    [
      { target: 'mine://here' },
      ['target must start with the scheme of a known protocol → expected one of: http: ws: tcp:'],
    ],
    [{ target: HTTP, protocol: 'htp' }, ["protocol is not a protocol → did you mean 'http'?"]],
    [
      { target: HTTP, protocol: 'tcp' },
      [
        "protocol does not match the target, which uses 'http' → leave `protocol` out, or write a target that starts with tcp:",
      ],
    ],
    [{ target: 'tcp://a:1', protocol: { kind: 'tcp', framing: 'fog' } }, ['protocol.framing is not a framing']],
    [{ target: HTTP, protocol: { connect() {} } }, ["protocol.name must be a non-empty string → write name: 'mine'"]],
    [{ target: HTTP, workload: 'reed-heavy' }, [expect.stringContaining("did you mean 'read-heavy'?")]],
    [
      { target: HTTP, workload: 'balanced', request: {} },
      [expect.stringMatching(/^workload cannot be combined with `request`/)],
    ],
    [{ target: HTTP, workload: {} }, [expect.stringMatching(/^workload must name at least one operation/)]],
    [{ target: HTTP, workload: { buy: { wrong: 1 } } }, ['workload.buy is wrong']],
    [
      { target: HTTP, workload: { buy: {} }, request: {} },
      [expect.stringMatching(/^request cannot be combined with operations/)],
    ],
    [
      { target: HTTP, journey: () => {}, request: {}, workload: 'read' },
      [
        'request cannot be combined with `journey`: its steps define what is sent',
        'workload cannot be combined with `journey`: its steps define what is sent',
      ],
    ],
    [
      { target: HTTP, journey: () => {}, messageSize: 'large', messageFormat: 'text' },
      [
        'messageSize cannot be combined with `journey`: its steps define what is sent',
        'messageFormat cannot be combined with `journey`: its steps define what is sent',
      ],
    ],
    [
      { target: HTTP, workload: [{ path: '/' }] },
      [expect.stringContaining('→ or operations by name: { browse: { …, weight: 9 }')],
    ],
    [
      { target: HTTP, workload: { buy: { name: 'sell' } } },
      ["workload.buy.name must be omitted: the operation is called 'buy'"],
    ],
    [
      { target: 'lines://a', protocol: new URL('file:///mine.ts'), request: { f: () => 1 } },
      ['request must be plain data: it is passed to the generator threads'],
    ],
  ])('reports %j', (plan, reported) => {
    expect(resolved(plan).reported).toEqual(reported)
  })

  it('rejects a request that contains itself', () => {
    const circle: Record<string, unknown> = {}
    circle['body'] = [circle]
    expect(resolved({ target: HTTP, request: circle }).reported).toEqual(['request must not contain itself'])
  })

  it('reports an invalid template at its place in the plan', () => {
    const wrong: PlanVocabulary['templateIssues'] = (_, key, { feeds, setup }) => [
      { key, value: '', rule: `knows ${Object.keys(feeds).join()}${setup ? ' and the setup' : ''}` },
    ]
    const issues: PlanIssue[] = []
    const entries = [
      { target: HTTP, workload: { buy: {} } },
      { name: 'b', target: HTTP, request: [{}] },
    ]
    const plan = { feeds: { user: 'wrong' }, setup: () => {}, workload: { kind: 'mix', entries } }
    resolveLanes(plan, shared, { ...vocabulary, templateIssues: wrong }, issues)
    expect(issues.map(({ key, rule }) => `${key} ${rule}`)).toEqual([
      'workload[0].workload.buy knows user and the setup',
      'workload[1].request[0] knows user and the setup',
    ])
  })
})

describe('a mix', () => {
  const mixed = (...entries: readonly unknown[]) => ({ workload: { kind: 'mix', entries } })

  it('has a lane for each entry, named after its protocol by default', () => {
    const entries = [
      { weight: 3, target: HTTP },
      { target: 'ws://127.0.0.1:1', name: 'chat' },
      { target: 'tcp://127.0.0.1:1', workload: 'balanced', messageSize: 'medium', maxConnections: 7 },
    ]
    expect(resolved(mixed(...entries)).lanes).toMatchObject([
      { name: 'http', weight: 3, maxConnections: 100 },
      { name: 'chat', weight: 1 },
      { name: 'tcp', weight: 1, workload: 'balanced', messageSize: 'medium', maxConnections: 7 },
    ])
  })

  it('gives an entry without a target that of the plan', () => {
    expect(resolved({ target: HTTP, ...mixed({ request: {} }) }).lanes).toMatchObject([{ target: `${HTTP}/` }])
  })

  it.each([
    [mixed(), [expect.stringMatching(/^workload must have at least one entry/)]],
    [
      mixed({ target: HTTP }, { target: HTTP }),
      [expect.stringMatching(/^workload\[1\]\.name must be given: another entry is called 'http'/)],
    ],
    [
      mixed({ target: HTTP, wieght: 3 }),
      ['workload[0].wieght is not a key of an entry of a mix → did you mean `workload[0].weight`?'],
    ],
    [
      mixed({ target: HTTP, request: () => ({}) }),
      [expect.stringMatching(/^workload\[0\]\.request cannot be a function/)],
    ],
    [
      mixed({ target: HTTP, workload: 'batch' }),
      [expect.stringMatching(/^workload\[0\]\.workload cannot be 'batch' in a mix.*batchSize next to the mix$/)],
    ],
    [
      mixed({ target: HTTP, workload: { kind: 'mix', entries: [] } }),
      ['workload[0].workload cannot be a mix in a mix → list its entries in the outer one'],
    ],
    [
      { journey: () => {}, ...mixed({ target: HTTP }) },
      ['journey cannot be combined with a mix → keep one of the two: a mix has no journeys'],
    ],
    [mixed({ weight: 2 }), [expect.stringMatching(/^workload\[0\]\.target must be given/)]],
    [
      { request: {}, ...mixed({ target: HTTP }) },
      ['request cannot be combined with a mix → write it in the entries of the mix'],
    ],
    [{ concurrency: 4, ...mixed({ target: HTTP }) }, ['concurrency cannot be combined with a mix → write `rate`']],
  ])('reports %j', (plan, reported) => {
    expect(resolved(plan).reported).toEqual(reported)
  })
})
