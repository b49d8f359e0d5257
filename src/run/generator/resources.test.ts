import { describe, expect, test } from 'vitest'
import type { Resources } from '../../measure/monitor/index.ts'
import type { DoubtCode } from '../../model/doubt.ts'
import { resolvePlan } from '../../plan/resolve-plan.ts'
import type { LoadPlan } from '../../plan/load-plan.ts'
import { placementOf } from './placement.ts'
import { loadProtocol } from '../protocols.ts'
import { checkResources, resourceDoubts } from './resources.ts'
import type { TargetConnection } from '../target/target-connection.ts'
import { vocabulary } from '../vocabulary.ts'

const ample: Resources = {
  descriptors: { limit: 10_000, open: 30 },
  ports: { count: 28_232, heldMs: { local: 1_000, remote: 60_000 } },
  availableBytes: 8 * 2 ** 30,
  cores: 8,
}

async function doubts(plan: LoadPlan, resources: Partial<Resources>, local = true): Promise<readonly DoubtCode[]> {
  const resolved = resolvePlan({ target: 'http://127.0.0.1:1', rate: 10, duration: '10s', ...plan }, vocabulary, {
    name: 'resources',
  })
  const session: TargetConnection = {
    url: new URL('http://127.0.0.1:1'),
    address: '127.0.0.1',
    socketPath: undefined,
    stdio: undefined,
    local,
    pid: undefined,
    protocol: await loadProtocol(resolved.lanes[0].protocol),
    negotiated: undefined,
    close: () => Promise.resolve(),
  }
  const sessions = resolved.lanes.map(() => session)
  const placement = placementOf(resolved)
  checkResources(resolved, placement, { ...ample, ...resources })
  return resourceDoubts(resolved, placement, sessions, { ...ample, ...resources }).map(({ code }) => code)
}

test('raises no doubt if the machine has enough resources for the plan', async () => {
  expect(await doubts({ maxConnections: 1_000 }, {})).toEqual([])
})

test('raises no doubt if the system does not report its limits', async () => {
  const unknown = { descriptors: null, ports: null }
  expect(await doubts({ maxConnections: 100_000, connection: 'long-lived' }, unknown)).toEqual([])
})

describe('file descriptors', () => {
  test('raise a doubt if not all connections could be open at once', async () => {
    const open = 30
    expect(await doubts({ maxConnections: 100 }, { descriptors: { limit: 157, open } })).toEqual([])
    expect(await doubts({ maxConnections: 100 }, { descriptors: { limit: 156, open } })).toEqual(['few-descriptors'])
  })

  test('reject long-lived connections that one of several threads could not open', async () => {
    const plan = { maxConnections: 101, threads: 2, connection: 'long-lived' } as const
    expect(await doubts(plan, { descriptors: { limit: 176, open: 30 } })).toEqual([])
    await expect(doubts(plan, { descriptors: { limit: 175, open: 30 } })).rejects.toThrow(
      'maxConnections must be at most 100 with long-lived connections here, got 101',
    )
  })

  test('reject the plan before it starts if its long-lived connections need more of them', async () => {
    const plan = { maxConnections: 100, connection: 'long-lived' } as const
    expect(await doubts(plan, { descriptors: { limit: 157, open: 30 } })).toEqual([])
    await expect(doubts(plan, { descriptors: { limit: 156, open: 30 } })).rejects.toMatchObject({
      name: 'LoadResourceError',
      code: 'ERR_LOAD_DESCRIPTORS',
      message:
        'maxConnections must be at most 99 with long-lived connections here, got 100: this process may open 156 files ' +
        'and has 30 open\n    → raise the limit (ulimit -n 4096) or lower maxConnections',
    })
  })

  test('reject the plan before it starts if they are too few for any connection', async () => {
    expect(await doubts({}, { descriptors: { limit: 58, open: 30 } })).toEqual(['few-descriptors'])
    await expect(doubts({}, { descriptors: { limit: 57, open: 30 } })).rejects.toMatchObject({
      code: 'ERR_LOAD_DESCRIPTORS',
      message:
        'the run needs at least 28 free file descriptors: this process may open 57 files and has 30 open\n' +
        '    → raise the limit (ulimit -n 4096)',
    })
  })
})

describe('local ports', () => {
  const plan = { connection: 'short-lived', duration: '2m' } as const

  test('raise a doubt if short-lived connections use more of them than there are', async () => {
    expect(await doubts({ ...plan, rate: 470 }, {}, false)).toEqual([])
    expect(await doubts({ ...plan, rate: 471 }, {}, false)).toEqual(['few-ports'])
    expect(await doubts({ ...plan, rate: 471, connection: 'pooled' }, {}, false)).toEqual([])
  })

  test('stay in use for the length of the run at most, and for a second if the system reuses them', async () => {
    expect(await doubts({ ...plan, rate: 471, duration: '20s' }, {}, false)).toEqual([])
    expect(await doubts({ ...plan, rate: 471 }, {}, true)).toEqual([])
  })
})

describe('memory', () => {
  const large = { messageSize: 'large', maxConnections: 100 } as const

  test('raises a doubt if messages in flight take more than half of it', async () => {
    const asMcp = { ...large, target: 'mcp+http://127.0.0.1:1' }
    expect(await doubts(asMcp, {})).toEqual(['little-memory'])
    expect(await doubts(asMcp, { availableBytes: 16 * 2 ** 30 })).toEqual([])
  })

  test('raises no doubt if messages are streamed', async () => {
    expect(await doubts(large, {})).toEqual([])
  })
})

test('threads raise a doubt if they leave no core for other processes', async () => {
  expect(await doubts({ threads: 2 }, { cores: 3 })).toEqual([])
  expect(await doubts({ threads: 2 }, { cores: 2 })).toEqual(['many-threads'])
  expect(await doubts({ threads: 1 }, { cores: 1 })).toEqual([])
})
