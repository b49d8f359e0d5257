import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { runToEnd } from '../../../measure/monitor/index.ts'
import { LoadTargetError } from '../../../model/errors.ts'
import { realTime } from '../../../model/real-time.ts'
import { prepareTimeoutMs, type RefTarget } from '../../../model/target.ts'
import { formatDuration } from '../../../wording/figures.ts'
import { outsideHook } from './git.ts'
import { refError } from './ref-error.ts'
import { type Moved, relocated, searchPath } from './relocate.ts'

/** A new checkout. */
interface Unprepared {
  readonly commit: string
  /** Path inside the checkout of the folder for the command. */
  readonly prefix: string
  readonly moved: Moved
}

/**
 * Runs `prepare` in the folder for the command, or in the nearest one above it that the commit has. Rejects with
 * `LoadTargetError` if it fails, or if the folder does not exist afterwards.
 */
export async function prepareCheckout(
  target: RefTarget,
  { commit, prefix, moved }: Unprepared,
  log: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const { ref, prepare } = target
  const folder = join(moved.to, prefix)
  if (existsSync(join(moved.to, '.gitmodules'))) log(`ref ${ref}: its submodules are not checked out`)
  if (prepare !== undefined) {
    let cwd = folder
    while (!existsSync(cwd)) cwd = dirname(cwd)
    const startMs = realTime.now()
    const failure = await runToEnd({
      command: prepare.map((word) => relocated(word, moved)),
      env: { ...outsideHook, ...searchPath(moved) },
      cwd,
      limitMs: prepareTimeoutMs(target),
      signal,
      onLine: (line) => log(`prepare: ${line}`),
    })
    if (failure !== undefined) {
      const advice = failure.code === 'time-limit' ? 'set prepareTimeout, if it takes that long' : failure.advice
      const title = `the code of ref '${ref}' (commit ${commit.slice(0, 12)}) could not be prepared: ${failure.what}`
      throw new LoadTargetError('ERR_LOAD_TARGET_PREPARE', [title, ...failure.quoted, `    → ${advice}`].join('\n'))
    }
    log(`ref ${ref}: prepared in ${formatDuration(realTime.now() - startMs)}`)
  }
  if (existsSync(folder)) return
  const what = `its commit ${commit.slice(0, 12)} has no folder ${prefix}`
  throw refError(ref, what, 'name a ref with this folder, or set cwd to the folder that the code was in')
}
