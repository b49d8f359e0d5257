import { expect } from 'vitest'
import { type Fixture, startFixture } from '../../../fixtures/index.ts'
import type { MixEntry } from '../../plan/load-plan.ts'
import type { WrittenPlan } from '../../plan/load-plan.ts'
import type { ProtocolSpec } from '../../model/protocol.ts'
import type { ErrorClass } from '../../model/error-class.ts'
import type { McpRequest } from '../../protocols/mcp/request.ts'
import type { Figures, JudgedFigures } from '../../model/figures.ts'
import type { LoadResult } from '../../model/result.ts'
import { mcp } from '../../protocols/mcp/index.ts'
import { tcp } from '../../protocols/tcp/index.ts'
import { mix } from '../../plan/mix.ts'
import { expectConservation } from './conservation.conformance.ts'
import { type LoadRun, startMerged } from '../index.ts'

/** Maximum time to start and end threads and processes on a busy machine. */
const GRACE_MS = 15_000

/**
 * A plan without target and rate; it leaves room for the connections that faults use up, and time for a busy machine.
 */
export const FAULTY_PLAN: WrittenPlan = { duration: '300ms', requestTimeout: '30s', maxConnections: 40, seed: 'cafe' }

/** A plan for requests that are never answered. */
export const SILENT_PLAN: WrittenPlan = { ...FAULTY_PLAN, requestTimeout: '4s' }

/** Returns the result of a run that completed in time, with every request accounted for. */
export async function resultOf(plan: WrittenPlan, meanwhile?: (run: LoadRun) => Promise<void>): Promise<LoadResult> {
  const startedMs = performance.now()
  const run = startMerged(plan)
  const [result] = await Promise.all([run.result, meanwhile?.(run)])
  const takenMs = performance.now() - startedMs
  expect(takenMs).toBeLessThan(result.durationMs + result.plan.requestTimeoutMs + GRACE_MS)
  expect(result).toMatchObject({ ended: 'completed', inFlight: 0 })
  expectConservation(result)
  return result
}

/** Number of errors of each class. */
export function errorsOf({ errorsByClass }: Figures): Partial<Record<ErrorClass, number>> {
  return Object.fromEntries(Object.entries(errorsByClass).map(([errorClass, { count }]) => [errorClass, count]))
}

type WorkOptions = Parameters<typeof startFixture<'work'>>[1]
export type FaultOptions = Parameters<Fixture<'work'>['control']['setFaults']>[0]
export type WorkCounts = Awaited<ReturnType<Fixture<'work'>['control']['counts']>>
export type FaultKind = keyof WorkCounts['faults']

export const PARTY_NAMES = [
  'http',
  'websocket',
  'tcp',
  'mcp http',
  'mcp sse',
  'mcp sessions',
  'mcp tcp',
  'mcp ws',
] as const

export type PartyName = (typeof PARTY_NAMES)[number]

/**
 * An embedded target and its protocol options: one request at a time per connection, so that each fault affects one
 * request.
 */
interface Party {
  readonly options: WorkOptions
  readonly protocol?: ProtocolSpec<'mcp'> | ProtocolSpec<'tcp'>
}

const ONE_AT_A_TIME = mcp({ maxInFlight: 1 })

export const PARTIES: Readonly<Record<PartyName, Party>> = {
  http: { options: { protocol: 'http' } },
  websocket: { options: { protocol: 'websocket' } },
  // Any bytes are a valid line, but an absurd length is detectable.
  tcp: { options: { protocol: 'tcp', framing: { length: 4 } }, protocol: tcp({ framing: { length: 4 } }) },
  'mcp http': { options: { protocol: 'mcp' }, protocol: ONE_AT_A_TIME },
  'mcp sse': { options: { protocol: 'mcp', replies: 'sse' }, protocol: ONE_AT_A_TIME },
  'mcp sessions': { options: { protocol: 'mcp' }, protocol: mcp({ maxInFlight: 1, protocolVersion: '2025-11-25' }) },
  'mcp tcp': { options: { protocol: 'mcp', transport: 'tcp' }, protocol: ONE_AT_A_TIME },
  'mcp ws': { options: { protocol: 'mcp', transport: 'websocket' }, protocol: ONE_AT_A_TIME },
}

/** The protocol of a plan or of a lane of a mix. */
export function spokenBy(name: PartyName): { readonly protocol?: ProtocolSpec } {
  const { protocol } = PARTIES[name]
  return protocol === undefined ? {} : { protocol }
}

export type Servers = Readonly<Partial<Record<PartyName, Fixture<'work'>>>>

/** Starts a server for each party, each in a separate process. */
export async function startServers(names: readonly PartyName[]): Promise<Servers> {
  const started = names.map(async (name) => [name, await startFixture('work', PARTIES[name].options)] as const)
  return Object.fromEntries(await Promise.all(started))
}

export async function stopServers(servers: Servers): Promise<void> {
  await Promise.all(Object.values(servers).map((server) => server.stop()))
}

/** Faults that all servers of `of` inject, in one run that mixes them. */
interface Strike {
  readonly servers: Servers
  readonly of: readonly PartyName[]
  readonly options: FaultOptions
  readonly counted: FaultKind
  readonly plan: WrittenPlan
  /** Further lanes of the mix. */
  readonly beside?: readonly MixEntry[]
}

/** The figures of one party, and the counts of its server; NaN for a server whose counts cannot be read. */
interface Struck {
  readonly name: string
  readonly figures: JudgedFigures
  /** Requests that the server read, except handshakes, which no fault affects. */
  readonly read: number
  /** Requests that the fault affected. */
  readonly struck: number
}

/** Its reply must contain what this call sent. */
export const ECHO: McpRequest = { tool: 'echo', arguments: { message: 'hi' } }

/** Requests per second and lane, approximately: the shares of a mix are random. */
const LANE_RPS = 120

/** Returns one lane of a mix for each party. */
export function lanesOf(servers: Servers, names: readonly PartyName[]): readonly MixEntry[] {
  return names.map((name) => {
    const lane = { name, target: serverOf(servers, name).url }
    const { protocol } = PARTIES[name]
    if (protocol === undefined) return lane
    return protocol.kind === 'mcp' ? { ...lane, protocol, request: ECHO } : { ...lane, protocol }
  })
}

/** Injects these faults from now on, in each of the servers. */
export async function setFaults(servers: Servers, of: readonly PartyName[], faults: FaultOptions): Promise<void> {
  await Promise.all(of.map((name) => serverOf(servers, name).control.setFaults(faults)))
}

/** Returns the counts of each server, in the order of `of`. */
export async function countsOf(servers: Servers, of: readonly PartyName[]): Promise<readonly WorkCounts[]> {
  return Promise.all(of.map((name) => serverOf(servers, name).control.counts()))
}

function serverOf(servers: Servers, name: PartyName): Fixture<'work'> {
  const server = servers[name]
  if (server === undefined) throw new Error(`there is no server of ${name}`)
  return server
}

export async function strike({ servers, of, options, counted, plan, beside = [] }: Strike): Promise<Struck[]> {
  await setFaults(servers, of, options)
  const before = await countsOf(servers, of)
  const lanes = [...lanesOf(servers, of), ...beside]
  const result = await resultOf({ ...plan, rate: LANE_RPS * lanes.length, workload: mix(lanes) })
  expect(result.generator.mode).toBe('worker')
  expect(result.dropped).toBe(0)
  const after = await countsOf(servers, of)
  return lanes.map(({ name = '' }, index) => {
    const figures = figuresOf(result, name)
    const since = (count: (counts: WorkCounts) => number): number => {
      const [first, last] = [before[index], after[index]]
      return first === undefined || last === undefined ? Number.NaN : count(last) - count(first)
    }
    return { name, figures, read: since(readBy), struck: since(({ faults }) => faults[counted] ?? 0) }
  })
}

/** Returns the figures of the only operation of a lane. */
export function figuresOf({ operations }: LoadResult, lane: string): JudgedFigures {
  const figures = Object.entries(operations).find(([operation]) => operation.startsWith(lane))?.[1]
  if (figures === undefined) throw new Error(`${lane} is none of ${Object.keys(operations).join()}`)
  return figures
}

/** Number of requests that a server has read, except handshakes. */
export function readBy({ requests, verbs }: WorkCounts): number {
  return requests - (verbs['initialize'] ?? 0) - (verbs['server/discover'] ?? 0)
}
