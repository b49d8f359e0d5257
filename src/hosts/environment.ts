import { execFileSync } from 'node:child_process'
import { availableParallelism, release, totalmem, type } from 'node:os'
import { version } from 'node:process'
import type { Environment } from '../model/record.ts'

/** Describes the machine and the checkout, without which results cannot be compared. */
export function readEnvironment(): Environment {
  return {
    node: version.slice(1),
    os: `${type()} ${release()}`,
    cpus: availableParallelism(),
    memoryMb: Math.round(totalmem() / 2 ** 20),
    commit: readCommit(),
  }
}

function readCommit(): string | null {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], {
      encoding: 'utf8',
      timeout: 2_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return null
  }
}
