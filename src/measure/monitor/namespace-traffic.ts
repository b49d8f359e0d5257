import { readlinkSync } from 'node:fs'
import { readProc } from './proc.ts'

export interface Traffic {
  readonly bytesIn: number
  readonly bytesOut: number
}

/**
 * Network bytes of a target with a separate network namespace, such as a container. Linux counts bytes per namespace
 * and not per process. In a shared namespace the counts include the generator's traffic, so `read` returns null there.
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

function ownTraffic(pid: number): Traffic | undefined {
  const namespace = namespaceOf(pid)
  if (namespace === undefined || namespace === namespaceOf('self')) return undefined
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
