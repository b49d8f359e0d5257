import { listeningPorts } from './listeners.ts'
import { hasSeparateNetwork, NamespaceTraffic } from './namespace-traffic.ts'
import type { Traffic } from './socket-bytes.ts'
import { SocketTraffic } from './socket-traffic.ts'

/** The network bytes of a target on this machine. */
export interface NetworkWatch {
  /** Why the bytes are unknown; undefined if they are known. */
  readonly unknown: string | undefined
  /** Returns the bytes since the previous call; null if they are unknown. */
  read(): Promise<Traffic | null>
  stop(): void
}

/**
 * Watches the network of processes on this machine: of their network namespace if it is separate, else of the
 * connections that they accept on `ports`, by default on every port on which they listen.
 */
export function watchNetwork(pids: readonly number[], ports?: readonly number[]): NetworkWatch {
  const [pid] = pids
  if (pid === undefined) return unknownNetwork('a target over pipes uses no network')
  if (hasSeparateNetwork(pid)) {
    const traffic = new NamespaceTraffic(pid)
    return { unknown: undefined, read: () => Promise.resolve(traffic.read()), stop() {} }
  }
  const found = ports ?? listeningPorts(pids) ?? []
  return found.length === 0 ? unknownNetwork('the target listens on no TCP port') : new SocketTraffic(found)
}

function unknownNetwork(unknown: string): NetworkWatch {
  return { unknown, read: () => Promise.resolve(null), stop() {} }
}
