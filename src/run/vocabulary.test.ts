import { expect, it } from 'vitest'
import { LoadPlanError } from '../model/errors.ts'
import { DEFAULT_ARRIVALS } from '../model/pattern.ts'
import { resolvePlan } from '../plan/resolve-plan.ts'
import { tcp } from '../protocols/tcp/index.ts'
import { burst, constant, poisson, rampUp, randomWalk, sineWave } from '../traffic/patterns/index.ts'
import { vocabulary } from './vocabulary.ts'

const complete = { target: 'http://127.0.0.1:3000', rate: 50, duration: '30s' }

function issuesOf(plan: object): string {
  try {
    resolvePlan(plan, vocabulary)
  } catch (error) {
    if (error instanceof LoadPlanError) return error.message
    throw error
  }
  return 'no issue'
}

it.each(['constant', 'burst', 'ramp-up', 'sine-wave', 'random-walk', 'poisson'])(
  'accepts %s as the name of a pattern',
  (pattern) => {
    expect(issuesOf({ ...complete, pattern })).toBe('no issue')
  },
)

it.each([
  constant({ rate: 5 }),
  burst({ rate: 5 }),
  rampUp({ to: 5 }),
  sineWave({ rate: 5 }),
  randomWalk({ rate: 5 }),
  poisson({ rate: 5 }),
])('rejects a rate together with the builder of $kind, which sets it', (pattern) => {
  const { rate: _, ...plan } = complete
  expect(issuesOf({ ...plan, pattern })).toBe('no issue')
  expect(issuesOf({ ...complete, pattern })).toContain('rate must be omitted')
})

it.each(['uniform', 'jittered', 'poisson'])(
  'accepts %s arrivals with every pattern that does not set them',
  (arrivals) => {
    const { rate: _, ...plan } = complete
    for (const pattern of [constant, burst, sineWave, randomWalk].map((build) => build({ rate: 5 }))) {
      expect(resolvePlan({ ...plan, pattern, arrivals }, vocabulary).arrivals).toBe(arrivals)
    }
  },
)

it('uses the default arrivals if a plan has none, and Poisson arrivals with the pattern poisson', () => {
  expect(resolvePlan(complete, vocabulary).arrivals).toBe(DEFAULT_ARRIVALS)
  expect(resolvePlan({ ...complete, pattern: 'poisson' }, vocabulary).arrivals).toBe('poisson')
})

it.each(['uniform', 'jittered'])("rejects %s arrivals with the pattern 'poisson'", (arrivals) => {
  expect(issuesOf({ ...complete, arrivals, pattern: 'poisson' })).toBe(
    `arrivals cannot be combined with the pattern 'poisson', got '${arrivals}'\n    → omit \`arrivals\`, or write pattern: 'constant'`,
  )
})

it('rejects a misspelled arrival process with a list of the processes', () => {
  expect(issuesOf({ ...complete, arrivals: 'jitter' })).toBe(
    "arrivals must be 'uniform', 'jittered', 'poisson', got 'jitter'\n    → did you mean 'jittered'?",
  )
})

it('lists all mistakes of a plan on one screen, each with its remedy', () => {
  expect(
    issuesOf({
      target: 'localhost',
      rate: '50',
      durration: '30s',
      pattern: 'sinus',
      request: { methd: 'GET', path: 'cart' },
      requestTimeout: '5 sec',
    }),
  ).toMatchInlineSnapshot(`
    "the plan has 7 issues
      - durration is not a key of a plan, got '30s'
        → did you mean \`duration\`?
      - rate must be a number, got '50'
        → write rate: 50
      - requestTimeout must be milliseconds as a number, or a string such as '500ms', '30s', '5m', '1.5h', got '5 sec'
        → write requestTimeout: '5s'
      - target must be a URL, got 'localhost'
        → write target: 'http://localhost'
      - request.methd is not a key of an HTTP request, got 'GET'
        → did you mean \`request.method\`?
      - request.path must be a string that starts with '/', got 'cart'
        → write path: '/cart'
      - pattern is not the name of a pattern, got 'sinus'
        → did you mean 'sine-wave'?"
  `)
})

it('reports the position of an invalid request in the plan', () => {
  expect(issuesOf({ ...complete, request: [{ path: '/' }, { path: '/', weight: -1 }] })).toMatch(
    /^request\[1\]\.weight /,
  )
})

it('rejects a format that the protocol cannot carry', () => {
  const plan = { target: 'tcp://127.0.0.1:1', rate: 1, duration: '5s', messageFormat: 'binary' }
  expect(issuesOf(plan)).toMatch(/^messageFormat /)
  expect(issuesOf({ ...plan, protocol: tcp({ framing: { length: 4 } }) })).toBe('no issue')
})

it('accepts templates in fields that would otherwise be invalid', () => {
  const feeds = { user: { records: [{ id: 1 }] } }
  expect(issuesOf({ ...complete, feeds, request: { path: '/{{user.id}}' } })).toBe('no issue')
  expect(issuesOf({ ...complete, feeds, request: { path: '/{{usr.id}}' } })).toMatch(/did you mean/)
  expect(issuesOf({ ...complete, request: { path: '/{{setup.token}}' } })).toMatch(/setup/)
})

it.each([
  ['mcp', 'http://127.0.0.1:3000/mcp', 'mcp+http://127.0.0.1:3000/mcp'],
  ['mcp', 'https://127.0.0.1:3000/mcp', 'mcp+https://127.0.0.1:3000/mcp'],
  ['mcp', 'ws://127.0.0.1:3000', 'mcp+ws://127.0.0.1:3000'],
  ['mcp', '127.0.0.1:3000/mcp', 'mcp+http://127.0.0.1:3000/mcp'],
  ['websocket', 'http://127.0.0.1:3000/', 'ws://127.0.0.1:3000/'],
  ['websocket', 'localhost:3000', 'ws://localhost:3000/'],
  ['tcp', 'localhost:3000', 'tcp://localhost:3000'],
] as const)('with the protocol %s, %s means %s', (protocol, target, href) => {
  const [lane] = resolvePlan(
    { ...complete, protocol, target, ...(protocol === 'mcp' ? {} : { request: { data: 'x' } }) },
    vocabulary,
  ).lanes
  expect(lane.target).toBe(href)
  expect(lane.protocol).toMatchObject({ spec: { kind: protocol } })
})

it.each([
  ['tcp', 'http://127.0.0.1:3000', "does not match the target, which uses 'http'", 'tcp: or tls:'],
  ['http', 'ws://127.0.0.1:3000', "does not match the target, which uses 'websocket'", 'http: or https:'],
] as const)('rejects the protocol %s for %s, with both remedies', (protocol, target, rule, schemes) => {
  expect(issuesOf({ ...complete, protocol, target, request: {} })).toContain(
    `protocol ${rule}, got '${protocol}'\n    → leave \`protocol\` out, or write a target that starts with ${schemes}`,
  )
})
