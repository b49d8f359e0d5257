import { lstatSync, mkdirSync, type Stats } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { messageOf } from '../model/thrown.ts'

/** Why a path cannot be used; which remedy helps depends on where it is. */
export type PathFault = 'not-writable' | 'of-another-user' | 'unexpected'

/** Creates the error for a path that cannot be used. `what` says what is wrong with it: "is empty". */
export type OnPathFault = (path: string, what: string, fault: PathFault) => Error

/** Returns the temporary folder that the processes of this user share. It may not exist yet. */
export function userFolder(): string {
  return join(tmpdir(), `describe-load-${userName()}`)
}

/**
 * Creates a folder that only this user can read. Throws the error that `error` creates if that is not possible, and if
 * another user has created one of that name in a shared folder before.
 */
export function openPrivateFolder(folder: string, error: OnPathFault): void {
  let stat: Stats
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    stat = lstatSync(folder)
  } catch (thrown) {
    throw error(folder, `cannot be used (${messageOf(thrown)})`, 'not-writable')
  }
  if (!stat.isDirectory()) throw error(folder, 'is not a folder', 'unexpected')
  if (isForeign(stat)) throw error(folder, 'belongs to another user', 'of-another-user')
}

/** Returns whether a file belongs to another user. */
export function isForeign({ uid }: Stats): boolean {
  return process.getuid !== undefined && uid !== process.getuid()
}

function userName(): string {
  try {
    return userInfo().username.replace(/[^\w.-]/g, '_')
  } catch {
    return 'user'
  }
}
