import { execFileSync } from 'node:child_process'
import { availableParallelism, cpus, release, totalmem, type } from 'node:os'
import { version } from 'node:process'
import type { Environment } from '../model/record.ts'
import { CLIENT_INFO } from '../protocols/mcp/client.ts'

/** Describes this machine and its software, without which results cannot be compared. */
export function machineEnvironment(): Omit<Environment, 'commit'> {
  return {
    node: version.slice(1),
    os: `${type()} ${release()}`,
    cpus: availableParallelism(),
    cpu: cpus()[0]?.model.trim() || 'unknown',
    memoryMb: Math.round(totalmem() / 2 ** 20),
    describeLoad: CLIENT_INFO.version,
  }
}

/** Same, with the commit of the checkout. */
export function readEnvironment(): Environment {
  return { ...machineEnvironment(), commit: readCommit() }
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
