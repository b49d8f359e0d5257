import { readdir } from 'node:fs/promises'
import { socketInode } from './listeners.ts'

/** Maximum number of links read per count; this takes about 2 ms. */
const LOOKUPS_PER_COUNT = 500

/** Open descriptors of a process. */
export interface Descriptors {
  readonly all: number
  readonly sockets: number
}

/**
 * Counts the open sockets among a process's descriptors, cheaply enough for once a second: it looks up the type of a
 * descriptor only when its number first appears. If more new descriptors appear than it may look up, it counts the rest
 * as sockets, as most are in a server, until later counts have looked them up.
 */
export class SocketCount {
  readonly #directory: string
  #known = new Map<string, boolean>()

  constructor(pid: number) {
    this.#directory = `/proc/${pid}/fd`
  }

  /** Returns undefined if the process has ended or belongs to another user. */
  async read(): Promise<Descriptors | undefined> {
    const names = await readdir(this.#directory).catch(() => undefined)
    if (names === undefined) return undefined
    const known = new Map<string, boolean>()
    let lookups = LOOKUPS_PER_COUNT
    let sockets = 0
    for (const name of names) {
      let isSocket = this.#known.get(name)
      if (isSocket === undefined && lookups-- > 0) isSocket = socketInode(`${this.#directory}/${name}`) !== undefined
      if (isSocket !== undefined) known.set(name, isSocket)
      if (isSocket !== false) sockets++
    }
    this.#known = known
    return { all: names.length, sockets }
  }
}
