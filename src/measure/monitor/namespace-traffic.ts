import { readlinkSync } from 'node:fs'
import { readProc } from './proc.ts'
import type { Traffic } from './socket-bytes.ts'

/**
 * Network bytes of a target with a separate network namespace, such as a container: of all its devices except loopback,
 * with the headers of Ethernet, IP and TCP. In a shared namespace the devices also carry the traffic of other
 * processes, so `read` returns null there.
 */
export class NamespaceTraffic {
  readonly #pid: number
  #before: Traffic | undefined

  constructor(pid: number) {
    this.#pid = pid
    this.#before = ownTraffic(pid)
  }

  /** Returns the bytes since the previous call, or since construction; null if they are unknown. */
  read(): Traffic | null {
    const before = this.#before
    const now = ownTraffic(this.#pid)
    this.#before = now
    if (before === undefined || now === undefined) return null
    return { bytesIn: now.bytesIn - before.bytesIn, bytesOut: now.bytesOut - before.bytesOut }
  }
}

/** Whether the process has another network namespace than this process. */
export function hasSeparateNetwork(pid: number): boolean {
  const namespace = namespaceOf(pid)
  return namespace !== undefined && namespace !== namespaceOf('self')
}

function ownTraffic(pid: number): Traffic | undefined {
  if (!hasSeparateNetwork(pid)) return undefined
  const table = readProc(`${pid}/net/dev`)
  return table === undefined ? undefined : trafficIn(table)
}

function namespaceOf(pid: number | 'self'): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`)
  } catch {
    return undefined
  }
}

/** Sums a table like `/proc/net/dev` over all devices except loopback, which carries no external traffic. */
export function trafficIn(table: string): Traffic {
  const devices = table
    .split('\n')
    .map((line) => /^\s*([^:\s]+):\s*(.*)$/.exec(line))
    .flatMap((match) => (match === null || match[1] === 'lo' ? [] : [(match[2] ?? '').trim().split(/\s+/).map(Number)]))
  const total = (column: number): number => devices.reduce((sum, numbers) => sum + (numbers[column] ?? 0), 0)
  return { bytesIn: total(0), bytesOut: total(8) }
}
