import { listPids, readStat, type ProcessStat } from './proc.ts'

/**
 * Some processes and all their descendants, as these start and end: the workers of a cluster, or the server behind `npm
 * start`. Every other process is examined once, so a refresh reads one directory and the files of the tree.
 */
export class ProcessTree {
  /** pid → start. A process with a different start is another process that got the same pid later. */
  readonly #members = new Map<number, number>()
  #strangers = new Set<number>()

  constructor(roots: readonly ProcessStat[]) {
    for (const root of roots) this.adopt(root)
  }

  /** Adds another root process. */
  adopt({ pid, startTicks }: ProcessStat): void {
    this.#members.set(pid, startTicks)
    this.#strangers.delete(pid)
  }

  /** Returns the members that exist now. Zombies are included, because their CPU time is still counted there. */
  refresh(): readonly ProcessStat[] {
    const present: ProcessStat[] = []
    let newcomers: ProcessStat[] = []
    const strangers = new Set<number>()
    for (const pid of listPids()) {
      if (this.#strangers.has(pid)) {
        strangers.add(pid)
        continue
      }
      const stat = readStat(pid)
      if (stat === undefined) continue
      if (this.#members.get(pid) === stat.startTicks) present.push(stat)
      else newcomers.push(stat)
    }
    this.#forgetAllBut(present)
    // Pids wrap around, so a parent may come after its child.
    for (let found = true; found;) {
      const adopted = newcomers.filter(({ parent }) => this.#members.has(parent))
      for (const { pid, startTicks } of adopted) this.#members.set(pid, startTicks)
      present.push(...adopted)
      newcomers = newcomers.filter(({ pid }) => !this.#members.has(pid))
      found = adopted.length > 0
    }
    for (const { pid } of newcomers) strangers.add(pid)
    this.#strangers = strangers
    return present
  }

  #forgetAllBut(present: readonly ProcessStat[]): void {
    const pids = new Set(present.map(({ pid }) => pid))
    for (const pid of this.#members.keys()) if (!pids.has(pid)) this.#members.delete(pid)
  }
}
