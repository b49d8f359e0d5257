import type { CommandTarget, ResolvedPlan, Target } from '../model/plan.ts'
import { isLoopback } from './allowed-hosts.ts'
import { startTarget } from './started-target.ts'
import { checkTarget, reachTarget } from './target.ts'

/** A target that may be loaded and answers. */
export interface TargetSession {
  readonly url: URL
  readonly address: string
  /** The target runs on this machine. */
  readonly local: boolean
  /** Of the server that was started for this run. */
  readonly pid: number | undefined
  close(): Promise<void>
}

/** Finds, checks, and if need be starts the target. Throws `LoadTargetError`; by then nothing of it is left running. */
export async function openSession(
  plan: ResolvedPlan,
  log: (text: string) => void,
  signal: AbortSignal,
): Promise<TargetSession> {
  const command = isCommand(plan.target) ? await startTarget(plan.target, plan.allowHosts, log, signal) : undefined
  const close = async (): Promise<void> => command?.stop()
  try {
    const target = isCommand(plan.target) ? (command?.url ?? '') : plan.target
    const checked = await checkTarget(target, plan.allowHosts)
    const { url, address, family } = await reachTarget(checked, plan.requestTimeoutMs)
    return { url, address, local: isLoopback({ address, family }), pid: command?.pid, close }
  } catch (error) {
    await close()
    throw error
  }
}

function isCommand(target: Target): target is CommandTarget {
  return typeof target === 'object' && 'command' in target
}
