import { realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { env, platform } from 'node:process'
import { openPrivateFolder, type PathFault, userFolder } from '../../private-folder.ts'
import { refError } from './ref-error.ts'

/**
 * Creates the folder for the checkouts of all repositories, and returns its path: in the user's folder for caches, or in
 * the temporary folder if that cannot be written, as in a container whose user has no home.
 *
 * Not inside the repository: there, programs find the packages of the working tree when the checkout has none, and
 * neither Node nor test runners treat code under `node_modules` like other code.
 */
export function openCacheFolder(ref: string, log: (text: string) => void): string {
  const folder = join(userCache(), 'describe-load', 'checkouts')
  const fallback = join(userFolder(), 'checkouts')
  const onFault = (path: string, what: string): Error => new Error(`${path} ${what}`)
  try {
    openPrivateFolder(folder, onFault)
    // Git lists its worktrees by their real paths.
    return realpathSync(folder)
  } catch (error) {
    log(`checkouts go to ${fallback}: ${(error as Error).message}`)
  }
  openPrivateFolder(userFolder(), cacheError(ref))
  openPrivateFolder(fallback, cacheError(ref))
  return realpathSync(fallback)
}

function userCache(): string {
  const { XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = env
  if (xdg !== undefined && isAbsolute(xdg)) return xdg
  if (platform === 'win32' && local !== undefined) return local
  return join(homedir(), platform === 'darwin' ? 'Library/Caches' : '.cache')
}

/** Returns how to report a path of the cache that cannot be used. */
export function cacheError(ref: string): (path: string, what: string, fault: PathFault) => Error {
  return (path, what, fault) =>
    refError(
      ref,
      `${path} ${what}`,
      fault === 'unexpected' ? `remove ${path}` : 'set XDG_CACHE_HOME to a folder of yours',
    )
}
