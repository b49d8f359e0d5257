import { availableParallelism } from 'node:os'
import { readdirSync } from 'node:fs'
import { readProc } from './proc.ts'

/** What this machine allows the generator's process to use. */
export interface Resources {
  /** Soft limit of open file descriptors, and how many are open; null where the system does not tell (only Linux does). */
  readonly descriptors: { readonly limit: number; readonly open: number } | null
  /** Local ports for outgoing connections; null where the system does not tell. */
  readonly ports: LocalPorts | null
  /** Memory that the process may still take, in bytes: of its container where that has a limit, else of the machine. */
  readonly availableBytes: number
  readonly cores: number
}

export interface LocalPorts {
  readonly count: number
  /** A port is free again this long after its connection closed, for connections to this machine and to others. */
  readonly heldMs: { readonly local: number; readonly remote: number }
}

/** Linux: TCP_TIMEWAIT_LEN. */
const TIME_WAIT_MS = 60_000
/** Linux with `tcp_tw_reuse`: a port in TIME_WAIT serves a new connection after this long. */
const REUSE_MS = 1_000

export function readResources(): Resources {
  return {
    descriptors: readDescriptors(),
    ports: readPorts(),
    availableBytes: process.availableMemory(),
    cores: availableParallelism(),
  }
}

function readDescriptors(): Resources['descriptors'] {
  const limit = /^Max open files\s+(\d+)/m.exec(readProc('self/limits') ?? '')?.[1]
  const open = countOpen()
  return limit === undefined || open === undefined ? null : { limit: Number(limit), open }
}

function countOpen(): number | undefined {
  try {
    // The listing itself is open while it is read.
    return readdirSync('/proc/self/fd').length - 1
  } catch {
    return undefined
  }
}

function readPorts(): LocalPorts | null {
  const [first, last] = (readProc('sys/net/ipv4/ip_local_port_range') ?? '').trim().split(/\s+/).map(Number)
  if (first === undefined || last === undefined || !(last >= first)) return null
  const reuse = Number(readProc('sys/net/ipv4/tcp_tw_reuse') ?? 0)
  return {
    count: last - first + 1,
    heldMs: { local: reuse === 0 ? TIME_WAIT_MS : REUSE_MS, remote: reuse === 1 ? REUSE_MS : TIME_WAIT_MS },
  }
}
