/** Bytes that a server's connections received and sent. */
export interface Traffic {
  readonly bytesIn: number
  readonly bytesOut: number
}

/** One connection as `ss -tineO` prints it, with the kernel's counters of its payload. */
interface Connection extends Traffic {
  /** The kernel's identity of the socket, which it never gives to another one. */
  readonly cookie: string
}

const NONE: Traffic = { bytesIn: 0, bytesOut: 0 }
/** In these states, the peer has ended its side. The kernel counts that end as one byte received. */
const PEER_ENDED: ReadonlySet<string> = new Set(['UNCONN', 'CLOSE-WAIT', 'LAST-ACK', 'CLOSING'])

/**
 * Adds up the bytes of connections from two sources: listings of those that are open, and a line for each that has
 * closed. A connection that opens and closes between two listings is only in the second.
 */
export class SocketBytes {
  readonly #open = new Map<string, Traffic>()
  /** Connections that closed since the previous listing, which the next one may still show. */
  readonly #gone = new Set<string>()
  #closed: Traffic = NONE
  #countsSent = true

  /** Whether the kernel counts bytes sent; Linux does since 4.19. */
  get countsSent(): boolean {
    return this.#countsSent
  }

  /** Takes the last line about a connection that has closed. */
  closed(line: string): void {
    const connection = this.#read(line)
    if (connection === undefined) return
    this.#open.delete(connection.cookie)
    this.#gone.add(connection.cookie)
    this.#closed = sumOf(this.#closed, connection)
  }

  /** Takes a listing of the open connections. */
  listed(lines: readonly string[]): void {
    for (const line of lines) {
      const connection = this.#read(line)
      if (connection === undefined || this.#gone.has(connection.cookie)) continue
      this.#open.set(connection.cookie, connection)
    }
    this.#gone.clear()
  }

  /** Returns the bytes of all connections, open and closed. */
  total(): Traffic {
    return [...this.#open.values()].reduce<Traffic>(sumOf, this.#closed)
  }

  #read(line: string): Connection | undefined {
    const cookie = /\ssk:([0-9a-f]+)/.exec(line)?.[1]
    if (cookie === undefined) return undefined
    const count = (name: string): number => Number(new RegExp(`\\s${name}:(\\d+)`).exec(line)?.[1] ?? 0)
    const sent = count('bytes_sent')
    // The kernel counts the two ends of a connection as acknowledged bytes.
    if (sent === 0 && count('bytes_acked') > 2) this.#countsSent = false
    const received = count('bytes_received')
    const state = line.slice(0, line.search(/\s/))
    const end = received > 0 && PEER_ENDED.has(state) ? 1 : 0
    return { cookie, bytesIn: received - end, bytesOut: sent - count('bytes_retrans') }
  }
}

function sumOf(one: Traffic, other: Traffic): Traffic {
  return { bytesIn: one.bytesIn + other.bytesIn, bytesOut: one.bytesOut + other.bytesOut }
}
