import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Count, Rps } from '../../src/model/units.ts'

/** The load of one cell of the table. */
export interface Cell {
  readonly name: string
  /** 0: as fast as the responses allow. */
  readonly rate: Rps
  readonly connections: Count
  readonly seconds: number
}

/** What one run of a generator cost. */
export interface Cost {
  readonly requests: Count
  /** CPU time of the threads that send, in the measured part; undefined of a program that cannot say it. */
  readonly threadsUs?: number
  /** CPU time of the whole process, with its start. */
  readonly wholeUs: number
}

export interface Peer {
  readonly name: string
  /** Why it cannot run a cell; undefined if it can. */
  missing(cell: Cell): string | undefined
  run(url: string, cell: Cell): Promise<Cost>
}

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const isInstalled = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0

async function run(command: readonly string[]): Promise<string> {
  const [program = '', ...args] = command
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  if (code !== 0) throw new Error(`${program} ended with ${String(code)}: ${errors}`)
  return output + errors
}

/** Runs one of the two programs of this folder, which print their cost as JSON. */
async function ownCost(args: readonly string[]): Promise<Cost> {
  const output = await run([process.execPath, ...args])
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as Cost
}

/** Runs another program under the shell's `time`, and reads its number of requests from its output. */
async function timedCost(command: readonly string[], requestsOf: RegExp): Promise<Cost> {
  const quoted = command.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ')
  const output = await run(['bash', '-c', `TIMEFORMAT='cpu %U %S'; time ${quoted}`])
  const requests = Number(requestsOf.exec(output)?.[1]?.replaceAll(',', ''))
  const [, user, system] = /cpu ([\d.]+) ([\d.]+)/.exec(output) ?? []
  const wholeUs = 1e6 * (Number(user) + Number(system))
  if (!(requests > 0 && wholeUs > 0)) throw new Error(`no figures in the output of ${command[0]}: ${output}`)
  return { requests, wholeUs }
}

const args = ({ rate, connections, seconds }: Cell): readonly string[] => [rate, connections, seconds].map(String)
/** Returns the option with its rate; nothing of a load without one. */
const option = (name: string, rate: Rps): readonly string[] => (rate === 0 ? [] : [name, String(rate)])
const onlyFlatOut = ({ rate }: Cell): string | undefined => (rate === 0 ? undefined : 'it has no open model')

export const FLOOR: Peer = {
  name: 'floor',
  missing: () => undefined,
  run: (url, cell) => ownCost([pathOf('floor.ts'), url, ...args(cell)]),
}

export const OWN: Peer = {
  name: 'describe-load',
  missing: () => undefined,
  run: (url, cell) => ownCost([pathOf('measured-run.ts'), pathOf('../../dist/index.js'), url, ...args(cell)]),
}

/** To compare with another tool, add it here. */
export const PEERS: readonly Peer[] = [
  OWN,
  FLOOR,
  {
    name: 'wrk',
    missing: (cell) => (isInstalled('wrk') ? onlyFlatOut(cell) : 'wrk is not installed'),
    run: (url, { connections, seconds }) =>
      timedCost(['wrk', '-t1', `-c${connections}`, `-d${seconds}s`, url], /([\d,]+) requests in/),
  },
  {
    name: 'wrk2',
    missing: ({ rate }) =>
      !isInstalled('wrk2') ? 'wrk2 is not installed' : rate === 0 ? 'it has no closed model' : undefined,
    run: (url, { rate, connections, seconds }) =>
      timedCost(['wrk2', '-t1', `-c${connections}`, `-d${seconds}s`, `-R${rate}`, url], /([\d,]+) requests in/),
  },
  {
    name: 'autocannon',
    missing: () => (isInstalled('autocannon') ? undefined : 'autocannon is not installed'),
    run: (url, { rate, connections, seconds }) =>
      timedCost(
        ['autocannon', '-c', String(connections), '-d', String(seconds), '-j', ...option('-R', rate), url],
        /"2xx":(\d+)/,
      ),
  },
  {
    name: 'hey',
    missing: () => (isInstalled('hey') ? undefined : 'hey is not installed'),
    run: (url, { rate, connections, seconds }) =>
      timedCost(
        ['hey', '-cpus', '1', '-c', String(connections), '-z', `${seconds}s`, ...option('-q', rate / connections), url],
        /\[200\]\s+(\d+) responses/,
      ),
  },
]
