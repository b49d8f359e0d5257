/**
 * Plans that must compile, with and without `strict`, `exactOptionalPropertyTypes` and `noUncheckedIndexedAccess`.
 * `types.test.ts` tests those that must not.
 */
import { describeLoad, expect, journey, limitsSuite, loadTest, mix, rampUp, runLoad, startLoad, tcp } from './vitest.ts'
import type { CustomPlan, CustomProtocol, InheritedPlan, LoadPlan, RequestContext } from './index.ts'

// An interface has no index signature, and cannot be checked against the requests of any protocol.
type Question = { readonly name?: string; readonly question: string }

const mine: CustomProtocol = {
  name: 'mine',
  connect: () => ({ exchange: ({ payload }, { onDone }) => onDone({ ok: 'question' in payload }) }),
}

// What a plan sends follows from its protocol.
loadTest('http', { protocol: 'http', request: { method: 'PUT', path: '/', check: { status: 201 } } }, () => {})
loadTest('tcp', { protocol: tcp({ framing: 'newline' }), request: { data: 'PING', replies: 1 } }, () => {})
loadTest('mcp', { protocol: 'mcp', request: [{ tool: 'echo', weight: 2 }, { method: 'tools/list' }] }, () => {})
loadTest('by scheme', { target: 'ws://127.0.0.1', request: { data: '{}', correlate: 'id' } }, () => {})
loadTest('function', { request: ({ sequence, random }) => ({ path: `/${sequence}/${random.next()}` }) }, () => {})
loadTest('operations', { workload: { browse: { path: '/', weight: 9 }, buy: { method: 'POST' } } }, () => {})
loadTest('setup', { setup: async ({ send }) => (await send({ path: '/login', read: 'json' })).json }, () => {})
loadTest('pattern', { pattern: rampUp({ from: 1, to: 9 }), test: { timeout: 5_000 } }, () => {})
const shop = journey(function* ({ send, think }) {
  const { status } = yield* send({ path: '/login', read: 'headers' })
  if (status === 200) yield* think(10, 20)
})
loadTest('journey', { protocol: 'http', journey: shop }, () => {})

// A group names the protocol, its tests do not.
describeLoad('a group', { protocol: 'http', target: 'http://127.0.0.1', headers: { accept: '*/*' } }, () => {
  loadTest('inherits it', { rate: 5, request: { path: '/cart' } }, ({ result }) => {
    expect(result.operations.cart).toHaveP95Below(100)
    expect(result.operations['cart']).not.toHaveNoErrors()
    expect(result.phases['peak']).toHaveMeanBelow(100)
    expect(result.journeys).toHaveNoErrors()
    const p95Ms: number | undefined = result.responseTime.p95Ms
    expect(p95Ms).toBeLessThan(100)
  })
  loadTest.each(['/a', '/b'])(
    '%s',
    (path) => ({ request: { path } }),
    (path, { result }) => {
      expect(result.plan.request).toContain(path)
    },
  )
  loadTest('loads', async ({ load }) => {
    const base: LoadPlan = { rate: 5, request: { path: '/' } }
    expect(await load({ ...base, rate: 10 })).toMeetSla({ p99Ms: 250 })
    await load({ protocol: mine, request: { question: 'why' } })
  })
})

// A custom protocol defines its requests.
loadTest('object', { protocol: mine, request: { question: 'why' } }, () => {})
loadTest('module', { protocol: new URL('file:///mine.ts'), request: { anything: [1] } }, () => {})
loadTest(
  'inline',
  {
    protocol: {
      name: 'inline',
      async connect(target, { signal }) {
        await fetch(target, { signal })
        return { exchange: ({ payload }, { onDone }) => onDone({ ok: payload['question'] === 'why' }) }
      },
    },
    request: ({ sequence }: RequestContext) => ({ question: `why ${sequence}` }),
    setup: async ({ send }) => send({ question: 'who' }),
  },
  () => {},
)
loadTest(
  'journey of a custom protocol',
  {
    protocol: mine,
    journey: journey<Question>(function* ({ send }) {
      yield* send({ question: 'why' })
    }),
  },
  () => {},
)

loadTest('mix', { workload: mix([{ target: 'http://a', request: { path: '/' } }, { protocol: 'mcp' }]) }, () => {})
loadTest(
  'mix with a custom protocol',
  {
    workload: mix([
      { protocol: mine, target: 'mine://a', request: { question: 'why' } },
      { protocol: 'http', target: 'http://a', request: { path: '/' } },
    ]),
  },
  () => {},
)

// Plans spread together, of which a declaration hides the protocol.
declare const base: LoadPlan
declare const extra: LoadPlan
declare const ofCustom: CustomPlan
loadTest('one', { ...base, rate: 5 }, ({ result }) => {
  expect(result).toHaveNoErrors()
})
loadTest('two', { ...base, ...extra, test: { timeout: 5_000 } }, ({ result }) => {
  expect(result).toHaveNoErrors()
})
describeLoad('group', { ...base, ...extra }, () => {
  loadTest('load', async ({ load, startLoad: start }) => {
    await load({ ...base, ...extra, duration: '1s' })
    await start({ ...extra, ...ofCustom })
  })
})
await runLoad({ ...base, ...extra })
await startLoad({ ...base, ...ofCustom }).result

// A group with a custom protocol; its tests need the type of its requests.
describeLoad('custom', { protocol: mine }, () => {
  const inherited: InheritedPlan = { request: { question: 'why' } }
  loadTest('asks', inherited, () => {})
  loadTest('asks faster', { ...inherited, rate: 50 }, () => {})
})

limitsSuite({ target: 'http://127.0.0.1', request: { path: '/', method: 'POST' }, slo: { p99Ms: 100 } })
await runLoad({ target: 'tcp://127.0.0.1:9', request: { data: 'PING' } })
await startLoad({ target: 'mine://a', protocol: mine, request: { question: 'why' } }).result
