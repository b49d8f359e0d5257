import { listPids, readStat, type ProcessStat } from './proc.ts'

/**
 * Some processes and all that descend from them, as they come and go: the workers of a cluster, the server behind
 * `npm start`. Strangers are looked at once, so a refresh costs one directory and the tree's own files.
 */
export class ProcessTree {
  /** pid → start; a process with another start is a stranger that was given the number later. */
  readonly #members = new Map<number, number>()
  #strangers = new Set<number>()

  constructor(roots: readonly ProcessStat[]) {
    for (const root of roots) this.adopt(root)
  }

  /** One more process that belongs to them. */
  adopt({ pid, startTicks }: ProcessStat): void {
    this.#members.set(pid, startTicks)
    this.#strangers.delete(pid)
  }

  /** The members that exist now, zombies included: their CPU time is still counted there. */
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
    // Numbers wrap around, so a parent may come after its child.
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
