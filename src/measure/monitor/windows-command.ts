import { statSync } from 'node:fs'
import { win32 } from 'node:path'

/** What to start, or the batch file that cannot get these arguments safely. */
export type WindowsCommand =
  | { readonly program: string; readonly args: readonly string[]; readonly isVerbatim: boolean }
  | { readonly refusedBatch: string }

interface Place {
  readonly env: NodeJS.ProcessEnv
  readonly cwd?: string | undefined
  readonly isFile?: (path: string) => boolean
}

const PATHEXT = '.COM;.EXE;.BAT;.CMD'

/** `cmd.exe` replaces `%name%` also in quotes, and ends quotes at `"` and the command at a new line. */
const UNSAFE = /["%\r\n]/

/**
 * Returns how Windows starts a program and its arguments without a shell. `npm`, `npx`, `pnpm` and `yarn` are batch files
 * there (`npm.cmd`), which only `cmd.exe` can run. It reads its command line again as source code, so every word is
 * quoted, and words with characters that act in quotes are refused (CVE-2024-27980).
 */
export function windowsCommand(command: readonly string[], { env, cwd, isFile = isFileHere }: Place): WindowsCommand {
  const [name = '', ...args] = command
  const file = programOf(name, env, cwd ?? process.cwd(), isFile)
  if (file === undefined || !/\.(?:cmd|bat)$/i.test(file)) return { program: name, args, isVerbatim: false }
  const words = [file, ...args]
  if (words.some((word) => UNSAFE.test(word))) return { refusedBatch: file }
  // `/s` removes the outer quotes only; `/d` runs no AutoRun commands.
  const line = `"${words.map(quoted).join(' ')}"`
  return { program: variable(env, 'COMSPEC') ?? 'cmd.exe', args: ['/d', '/s', '/c', line], isVerbatim: true }
}

/** Returns the file that a name means: one with an extension of PATHEXT, in the folder that it names or in PATH. */
function programOf(
  name: string,
  env: NodeJS.ProcessEnv,
  cwd: string,
  isFile: (path: string) => boolean,
): string | undefined {
  const extensions = (variable(env, 'PATHEXT') ?? PATHEXT).split(';').filter((extension) => extension !== '')
  const isComplete = extensions.some((extension) => name.toLowerCase().endsWith(extension.toLowerCase()))
  const names = [...(isComplete ? [name] : []), ...extensions.map((extension) => name + extension.toLowerCase())]
  const path = /[\\/:]/.test(name) ? '.' : (variable(env, 'PATH') ?? '')
  const folders = path.split(';').filter((folder) => folder !== '')
  return folders
    .flatMap((folder) => names.map((each) => win32.resolve(cwd, folder.replaceAll('"', ''), each)))
    .find(isFile)
}

/** Names of variables have no case on Windows. Node passes on the first of several in the order of their characters. */
function variable(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const key = Object.keys(env)
    .toSorted()
    .find((each) => each.toUpperCase() === name)
  return key === undefined ? undefined : env[key]
}

/** Backslashes before the closing quote would escape it. */
function quoted(word: string): string {
  return `"${word.replace(/\\+$/, '$&$&')}"`
}

function isFileHere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}
