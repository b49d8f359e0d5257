/**
 * A process that outlives us to clean up after us: it is told on stdin which process group to guard, and ends that group
 * when stdin closes, which happens however we die. It is killed when there is nothing left to guard.
 */
import { stopGroup } from './process-group.ts'

const GRACE_MS = 1_000

let told = ''
for await (const chunk of process.stdin) told += String(chunk)
const group = Number(told)
if (Number.isInteger(group) && group > 1) await stopGroup(group, GRACE_MS)
