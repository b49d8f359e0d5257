import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMainThread } from 'node:worker_threads'
import { inject } from 'vitest'
import { formatMissingPlugin } from '../../wording/load-test.ts'
import { userFolder } from '../../run/private-folder.ts'
import { processIdentity } from '../../run/process-identity.ts'
import { hasReporter } from '../spool.ts'

const PREFIX = 'missing-plugin-'
const CONFIG_FILES = ['vitest', 'vite'].flatMap((name) =>
  ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'].map((extension) => `${name}.config.${extension}`),
)

/**
 * Says once per run of Vitest that its configuration has no plugin. Without the plugin, everything else of a load test
 * works, so this is no error.
 */
export function reportMissingPlugin(): void {
  if (inject('describe-load') !== undefined || !isFirst()) return
  const file = CONFIG_FILES.find((name) => existsSync(name)) ?? 'vitest.config.ts (a new file)'
  console.warn(formatMissingPlugin(file, hasReporter()))
}

/**
 * Test files run in separate processes, or threads, of one Vitest. They agree through a file that is named after its
 * process, and created by the first of them.
 */
function isFirst(): boolean {
  const { pid, pidStartedAt } = processIdentity(isMainThread ? process.ppid : process.pid)
  const folder = userFolder()
  const name = `${PREFIX}${pid}-${pidStartedAt ?? 'unknown'}`
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeFileSync(join(folder, name), '', { flag: 'wx' })
  } catch {
    // Another file of this run has said it; or the folder is unusable, which the load reports.
    return false
  }
  for (const other of readdirSync(folder)) {
    if (other.startsWith(PREFIX) && other !== name) rmSync(join(folder, other), { force: true })
  }
  return true
}
