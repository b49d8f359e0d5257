/**
 * Process that outlives its parent to clean up after it. It receives process groups on stdin, one per line, and ends
 * them when stdin closes, which happens even if the parent is killed. The parent kills it when there is nothing left to
 * guard.
 */
import { createInterface } from 'node:readline'
import { readStat } from './proc.ts'
import { stopGroup } from './process-group.ts'

const GRACE_MS = 1_000

/** By the number of the group: the start of its first process, which distinguishes it from a later group. */
const groups = new Map<number, number | undefined>()
for await (const line of createInterface({ input: process.stdin })) {
  const group = Number(line)
  if (Number.isInteger(group) && group > 1) groups.set(group, readStat(group)?.startTicks)
}
const left = [...groups].filter(([group, startTicks]) => {
  const now = readStat(group)
  return now === undefined || startTicks === undefined || now.startTicks === startTicks
})
await Promise.all(left.map(([group]) => stopGroup(group, GRACE_MS)))
