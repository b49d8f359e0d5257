import { readdir } from 'node:fs/promises'
import { socketInode } from './listeners.ts'

/** Links looked at in one count: about 2 ms. */
const LOOKUPS_PER_COUNT = 500

/** Open descriptors of a process. */
export interface Descriptors {
  readonly all: number
  readonly sockets: number
}

/**
 * Counts the open sockets of a process among its descriptors, cheaply enough for once a second: what a descriptor is gets looked up when its
 * number first appears. Of a rush of new ones the rest is taken for sockets, which it must be in a server, until later
 * counts have looked.
 */
export class SocketCount {
  readonly #directory: string
  #known = new Map<string, boolean>()

  constructor(pid: number) {
    this.#directory = `/proc/${pid}/fd`
  }

  /** Undefined when the process is gone, or another user's. */
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
