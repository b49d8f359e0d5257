import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { build } from 'tsdown'
import type { Count } from '../../src/model/units.ts'
import type { Measured } from './programs/measure.ts'

/** What one run of a generator cost, and what it saw; undefined where the generator does not say it. */
export interface Cost extends Omit<Measured, 'threadsUs' | 'serviceP50Ms'> {
  readonly threadsUs?: number
  readonly serviceP50Ms?: number | null
}

type Program = 'own' | 'floor' | 'pipe-floor' | 'undici-client' | 'sdk-client'

/** Programs of this suite as JavaScript: to run TypeScript, Node itself takes 35 ms of CPU and 18 MB. */
const BUILT = fileURLToPath(new URL('../../node_modules/.cache/describe-load-performance', import.meta.url))

/** Builds the programs that `programCost` runs. */
export async function buildPrograms(): Promise<void> {
  const programs: readonly Program[] = ['own', 'floor', 'pipe-floor', 'undici-client', 'sdk-client']
  await build({
    config: false,
    entry: programs.map((name) => fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url))),
    outDir: BUILT,
    platform: 'node',
    fixedExtension: true,
    dts: false,
    deps: { neverBundle: true },
    logLevel: 'warn',
  })
}

export function isInstalled(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
}

type Environment = Readonly<Record<string, string>>

async function outputOf(command: readonly string[], env: Environment = {}): Promise<string> {
  const [program = '', ...args] = command
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${String(code)}: ${errors}`)
  return output + errors
}

/** Runs a program of this suite, which prints its cost as JSON in its last line. */
export async function programCost(name: Program, args: readonly string[], env?: Environment): Promise<Cost> {
  const output = await outputOf([process.execPath, join(BUILT, `${name}.mjs`), ...args], env)
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as Measured
}

/** How to read the output of another program. */
export interface Reading {
  readonly requests: RegExp
  /** Median with its unit. */
  readonly p50?: RegExp
}

export const GNU_TIME = '/usr/bin/time'
const UNITS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1_000 }

/** Runs another program under GNU time, and reads its figures from its output. */
export async function otherCost(command: readonly string[], reading: Reading): Promise<Cost> {
  const output = await outputOf([GNU_TIME, '-f', 'cost %U %S %M', ...command])
  const requests: Count = Number(reading.requests.exec(output)?.[1]?.replaceAll(',', ''))
  const [, user, system, peakKb] = /cost ([\d.]+) ([\d.]+) (\d+)/.exec(output) ?? []
  const wholeUs = 1e6 * (Number(user) + Number(system))
  if (!(requests > 0 && wholeUs > 0)) throw new Error(`no figures in the output of ${command[0]}: ${output}`)
  const [, p50, unit = 'ms'] = reading.p50?.exec(output) ?? []
  return {
    requests,
    warmUpRequests: 0,
    wholeUs,
    peakMb: Number(peakKb) / 1_024,
    ...(p50 !== undefined && { serviceP50Ms: Number(p50) * (UNITS[unit] ?? Number.NaN) }),
  }
}
