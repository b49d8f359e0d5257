import { closeSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs'
import { listPids, readStat } from './proc.ts'

const LISTEN = '0A'
/** About 25 lines of a table of sockets. */
const CHUNK_BYTES = 4_096
/**
 * These programs hold a port for a server that runs elsewhere; their CPU and memory are not the target's. The kernel
 * cuts names after 15 characters.
 */
const FORWARDERS: ReadonlySet<string> = new Set([
  'cloud-sql-proxy',
  'com.docker.back',
  'docker-proxy',
  'gvproxy',
  'kubectl',
  'pasta',
  'pasta.avx2',
  'rootlesskit',
  'rootlessport',
  'slirp4netns',
  'socat',
  'ssh',
])

/** The processes that listen on a TCP port of this machine, or the reason why they are unknown. */
export type Listeners = { readonly pids: readonly number[] } | { readonly unknown: string }

/**
 * Returns every process that holds a listening socket of the port; for nginx, the master and its workers. It reads the
 * links of every open file of the user's processes, which takes some milliseconds, so call it once per run.
 */
export function listenersOf(port: number): Listeners {
  const inodes = new Set([...listeningInodes('net/tcp', port), ...listeningInodes('net/tcp6', port)])
  if (inodes.size === 0) return { unknown: `nothing listens on TCP port ${port} of this machine` }
  const pids = listPids().filter((pid) => holdsSocket(pid, inodes))
  if (pids.length === 0) {
    const advice = 'run as that user, or name the process with monitor: { pid }'
    return { unknown: `a process of another user listens on port ${port}; ${advice}` }
  }
  const forwarder = pids.map((pid) => readStat(pid)?.command ?? '').find((command) => FORWARDERS.has(command))
  if (forwarder !== undefined) {
    const advice = 'name the server process with monitor: { pid }'
    return { unknown: `${forwarder} only forwards port ${port} and the server runs elsewhere; ${advice}` }
  }
  return { pids }
}

/**
 * Returns the TCP ports that the processes listen on, in ascending order; undefined where the system does not report
 * them.
 */
export function listeningPorts(pids: readonly number[]): readonly number[] | undefined {
  const overIpv4 = listeningSockets('net/tcp')
  if (overIpv4 === undefined) return undefined
  const ports = [...overIpv4, ...(listeningSockets('net/tcp6') ?? [])]
    .filter(({ inode }) => pids.some((pid) => holdsSocket(pid, new Set([inode]))))
    .map(({ port }) => port)
  return [...new Set(ports)].toSorted((a, b) => a - b)
}

function listeningInodes(table: string, port: number): readonly string[] {
  return (listeningSockets(table, port) ?? []).flatMap((socket) => (socket.port === port ? [socket.inode] : []))
}

interface ListeningSocket {
  readonly port: number
  readonly inode: string
}

/** Undefined if the table cannot be read; `only` is the port that the caller needs. */
function listeningSockets(table: string, only?: number): readonly ListeningSocket[] | undefined {
  try {
    const file = openSync(`/proc/${table}`, 'r')
    try {
      return readListening(file, only)
    } finally {
      closeSync(file)
    }
  } catch {
    return undefined
  }
}

/**
 * Stops at a socket that does not listen once it has found the port, because Linux lists listening sockets first. After
 * a load, thousands of closed connections follow, which take the kernel milliseconds to list.
 *
 * Format: `  0: 0100007F:1F90 00000000:0000 0A … uid timeout inode …`, with addresses and ports in hexadecimal.
 */
function readListening(file: number, only: number | undefined): readonly ListeningSocket[] {
  const sockets: ListeningSocket[] = []
  const chunk = Buffer.alloc(CHUNK_BYTES)
  let unread = ''
  let isFound = false
  for (;;) {
    const length = readSync(file, chunk, 0, CHUNK_BYTES, null)
    if (length === 0) return sockets
    const lines = `${unread}${chunk.toString('latin1', 0, length)}`.split('\n')
    unread = lines.pop() ?? ''
    for (const line of lines) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/)
      if (state === LISTEN && inode !== undefined && local !== undefined) {
        const port = Number.parseInt(local.slice(local.lastIndexOf(':') + 1), 16)
        sockets.push({ port, inode })
        isFound ||= port === only
      } else if (isFound) return sockets
    }
  }
}

function holdsSocket(pid: number, inodes: ReadonlySet<string>): boolean {
  try {
    const directory = `/proc/${pid}/fd`
    return readdirSync(directory).some((name) => {
      const inode = socketInode(`${directory}/${name}`)
      return inode !== undefined && inodes.has(inode)
    })
  } catch {
    return false
  }
}

/**
 * Returns the inode of the socket behind a link in /proc/<pid>/fd; undefined if it is not a socket or already closed.
 */
export function socketInode(path: string): string | undefined {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(path))?.[1]
  } catch {
    return undefined
  }
}
