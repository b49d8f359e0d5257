/**
 * Process that outlives its parent to clean up after it. It receives a process group on stdin, and ends that group when
 * stdin closes, which happens however the parent dies. The parent kills it when there is nothing left to guard.
 */
import { stopGroup } from './process-group.ts'

const GRACE_MS = 1_000

let reported = ''
for await (const chunk of process.stdin) reported += String(chunk)
const group = Number(reported)
if (Number.isInteger(group) && group > 1) await stopGroup(group, GRACE_MS)
