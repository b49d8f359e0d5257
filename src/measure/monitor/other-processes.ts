import { basename } from 'node:path'
import { cleanText } from '../../model/text/clean.ts'
import { listPids, type ProcessStat, readProc, readStat, TICKS_PER_SECOND } from './proc.ts'

/** A program whose processes used CPU that was not the generator's or the target's. */
export interface BusyProgram {
  readonly name: string
  /** In % of one core. */
  readonly cpuPercent: number
}

/** Maximum number of programs that are named. */
const NAMED = 3
/** CPU below which a program is not named, in % of one core. */
const LITTLE_PERCENT = 10

/** The processes of this machine, with the CPU time that each had used at one moment. */
export class ProcessTimes {
  readonly #atMs = performance.now()
  readonly #ticks: ReadonlyMap<number, ProcessStat> = new Map(statsOfAll().map((stat) => [stat.pid, stat]))

  /** Returns the programs that have used most CPU since then, except the processes in `known` and their threads. */
  busiestSince(known: readonly number[]): readonly BusyProgram[] {
    const seconds = (performance.now() - this.#atMs) / 1_000
    const used = statsOfAll().flatMap((stat) => {
      const before = this.#ticks.get(stat.pid)
      const ticks = stat.ownTicks - (before?.startTicks === stat.startTicks ? before.ownTicks : 0)
      const cpuPercent = (100 * ticks) / TICKS_PER_SECOND / seconds
      return known.includes(stat.pid) || ticks === 0 ? [] : [{ name: programOf(stat), cpuPercent }]
    })
    const sums = new Map<string, number>()
    for (const { name, cpuPercent } of used) sums.set(name, (sums.get(name) ?? 0) + cpuPercent)
    return Array.from(sums, ([name, cpuPercent]) => ({ name, cpuPercent }))
      .filter(({ cpuPercent }) => cpuPercent >= LITTLE_PERCENT)
      .toSorted((a, b) => b.cpuPercent - a.cpuPercent)
      .slice(0, NAMED)
  }
}

/**
 * Returns the CPU time in ticks that all processes of some programs have used, with the children that they have waited
 * for. The time of a process that ends is lost if its parent is another program.
 */
export function ticksOfPrograms(names: readonly string[]): number {
  if (names.length === 0) return 0
  const own = statsOfAll().filter((stat) => names.includes(stat.command) || names.includes(programOf(stat)))
  return own.reduce((total, { cpuTicks }) => total + cpuTicks, 0)
}

function statsOfAll(): readonly ProcessStat[] {
  return listPids().flatMap((pid) => readStat(pid) ?? [])
}

/**
 * Returns the name of a process's program. Node names its main thread `MainThread`, and servers write what they do into
 * their command line (`postgres: checkpointer`), so the name is what precedes that.
 */
function programOf({ pid, command }: ProcessStat): string {
  const [program = ''] = (readProc(`${pid}/cmdline`) ?? '').split('\0', 1)
  const [path = ''] = program.split(/:? /, 1)
  return cleanText(path === '' ? command : basename(path))
}
