import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { stdioTarget } from '../../fixtures/index.ts'
import type { Count, Rps } from '../../src/model/units.ts'
import { type Cost, GNU_TIME, isInstalled, otherCost, programCost, type Reading } from './run-program.ts'

/** A load that every generator can send. */
export interface Load {
  readonly url: string
  /** 0: as fast as the responses allow. */
  readonly rate: Rps
  readonly connections: Count
  readonly seconds: number
}

/** A generator that is compared with others for loads of one kind. */
export interface Peer<Sent = Load> {
  readonly name: string
  /** Why it cannot run a load; undefined if it can. */
  missing(load: Sent): string | undefined
  run(load: Sent): Promise<Cost>
}

/** The build of this project, which is what users run. */
const BUILD = fileURLToPath(new URL('../../dist/index.js', import.meta.url))

/** Runs a plan of this project. */
export function ownCost(plan: object, env?: Readonly<Record<string, string>>): Promise<Cost> {
  return programCost('own', [BUILD, JSON.stringify(plan)], env)
}

const argsOf = ({ url, rate, connections, seconds }: Load): readonly string[] =>
  [url, rate, connections, seconds].map(String)

/** Returns the plan of this project for a load. */
export function planOf({ url, rate, connections, seconds }: Load): object {
  const pace = rate === 0 ? { concurrency: connections } : { rate }
  return { ...pace, target: url, connection: 'long-lived', maxConnections: connections, duration: `${seconds}s` }
}

export const OWN: Peer = {
  name: 'describe-load',
  missing: () => undefined,
  run: (load) => ownCost(planOf(load)),
}

/** Exact waking is the default up to 4 000 req/s; this is the other one. */
export const OWN_TICK: Peer = {
  name: 'describe-load (tick)',
  missing: ({ rate }) =>
    rate > 0 && rate <= 4_000 ? undefined : 'describe-load wakes by ticks at this load by default',
  run: (load) => ownCost(planOf(load), { LOAD_WAKE: 'tick' }),
}

export const FLOOR: Peer = {
  name: 'floor',
  missing: () => undefined,
  run: (load) => programCost('floor', argsOf(load)),
}

/** Returns a program of others that is compared where it is installed. */
function other(
  name: string,
  reading: Reading,
  commandOf: (load: Load) => readonly string[],
  unable: (load: Load) => string | undefined = () => undefined,
): Peer {
  return {
    name,
    missing(load) {
      if (!isInstalled(name)) return `${name} is not installed`
      return existsSync(GNU_TIME) ? unable(load) : `${name} needs GNU time (Debian package time)`
    },
    run: (load) => otherCost(commandOf(load), reading),
  }
}

const WRK: Reading = { requests: /([\d,]+) requests in/ }
const wrkArgs = ({ connections, seconds }: Load): readonly string[] => ['-t1', `-c${connections}`, `-d${seconds}s`]

/** To compare with another tool, add it here. */
export const PEERS: readonly Peer[] = [
  OWN,
  FLOOR,
  {
    name: 'undici',
    missing: () => undefined,
    run: (load) => programCost('undici-client', argsOf(load)),
  },
  other(
    'wrk',
    // Its latency is the service time; that of wrk2 starts at the intended start.
    { ...WRK, p50: /50%\s+([\d.]+)(us|ms|s)/ },
    (load) => ['wrk', ...wrkArgs(load), '--latency', load.url],
    ({ rate }) => (rate === 0 ? undefined : 'wrk has no open model'),
  ),
  other(
    'wrk2',
    WRK,
    (load) => ['wrk2', ...wrkArgs(load), `-R${load.rate}`, load.url],
    ({ rate }) => (rate === 0 ? 'wrk2 has no closed model' : undefined),
  ),
  other('autocannon', { requests: /"2xx":(\d+)/ }, ({ url, rate, connections, seconds }) => {
    const pace = rate === 0 ? [] : ['-R', String(rate)]
    return ['autocannon', '-c', String(connections), '-d', String(seconds), '-j', ...pace, url]
  }),
  other('hey', { requests: /\[200\]\s+(\d+) responses/ }, ({ url, rate, connections, seconds }) => {
    // Its rate is that of each connection.
    const pace = rate === 0 ? [] : ['-q', String(rate / connections)]
    return ['hey', '-cpus', '1', '-c', String(connections), '-z', `${seconds}s`, ...pace, url]
  }),
]

/** Calls of a tool of an MCP server over its standard input and output. */
export interface Calls {
  readonly concurrency: Count
  readonly seconds: number
}

const SERVER = stdioTarget()
const callArgs = ({ concurrency, seconds }: Calls): readonly string[] => [
  String(concurrency),
  String(seconds),
  ...SERVER.stdio,
]

export const PIPE_FLOOR: Peer<Calls> = {
  name: 'floor (pipe)',
  missing: () => undefined,
  run: (calls) => programCost('pipe-floor', callArgs(calls)),
}

export const MCP_PEERS: readonly Peer<Calls>[] = [
  {
    name: OWN.name,
    missing: () => undefined,
    run: ({ concurrency, seconds }) =>
      ownCost({
        concurrency,
        duration: `${seconds}s`,
        maxConnections: 1,
        target: SERVER,
        request: { tool: 'echo', arguments: { message: 'hello' } },
      }),
  },
  PIPE_FLOOR,
  {
    name: 'MCP SDK client',
    missing: () => undefined,
    run: (calls) => programCost('sdk-client', callArgs(calls)),
  },
]
