import { availableParallelism } from 'node:os'
import { readdirSync } from 'node:fs'
import { readProc } from './proc.ts'

/** Resources of this machine that the generator's process may use. */
export interface Resources {
  /** Soft limit and current number of open file descriptors; null on systems other than Linux. */
  readonly descriptors: { readonly limit: number; readonly open: number } | null
  /** Local ports for outgoing connections; null if the system does not report them. */
  readonly ports: LocalPorts | null
  /**
   * Memory that the process may still allocate, in bytes: up to its container's limit if there is one, else the
   * machine's.
   */
  readonly availableBytes: number
  readonly cores: number
}

export interface LocalPorts {
  readonly count: number
  /** How long a port stays in use after its connection closed, for connections to this machine and to others. */
  readonly heldMs: { readonly local: number; readonly remote: number }
}

/** Linux: TCP_TIMEWAIT_LEN. */
const TIME_WAIT_MS = 60_000
/** Linux with `tcp_tw_reuse`: after this long, a new connection may use a port in TIME_WAIT. */
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
    // Reading the directory opens one descriptor itself.
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
