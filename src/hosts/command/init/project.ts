import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { LoadError } from '../../../model/errors.ts'
import { isRecord } from '../../../model/readers.ts'
import { messageOf } from '../../../model/thrown.ts'

/** The test runners that `init` sets up; the first one that a project has is the default. */
export const RUNNER_NAMES = ['vitest', 'jest', 'playwright'] as const
export type RunnerName = (typeof RUNNER_NAMES)[number]

export const RUNNER_PACKAGES: Readonly<Record<RunnerName, string>> = {
  vitest: 'vitest',
  jest: 'jest',
  playwright: '@playwright/test',
}

/** The package managers that a workflow can install with. */
export type ManagerName = 'npm' | 'pnpm' | 'yarn' | 'yarn-classic' | 'bun'

/** What `init` knows about the project in a folder. */
export interface Project {
  /** Absolute path of the folder. */
  readonly folder: string
  readonly packageText: string
  readonly packageJson: Readonly<Record<string, unknown>>
  /** Name of the package; `service` without one. */
  readonly name: string
  readonly isModule: boolean
  readonly runners: readonly RunnerName[]
  readonly hasTypeScript: boolean
  readonly manager: ManagerName
  /** Whether there is a lock file, from which a workflow installs. */
  readonly hasLock: boolean
  /** Names of the scripts of the package. */
  readonly scripts: readonly string[]
  /** Folder of the Git repository, relative to the project: empty if it is the same, undefined if there is none. */
  readonly repository: string | undefined
  /** Returns the versions of a package that the project depends on; undefined if it does not depend on it. */
  versionsOf(name: string): string | undefined
  /** Returns the first of these files that exists in the folder. */
  fileOf(names: readonly string[]): string | undefined
  read(file: string): string
}

/** Lock files, with the package manager that writes them. */
const LOCKS: readonly (readonly [file: string, manager: ManagerName])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['yarn.lock', 'yarn'],
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
]

/** Reads the project in `folder`. Throws `ERR_LOAD_INIT` without a readable `package.json`. */
export function readProject(folder: string): Project {
  const packageText = packageTextOf(folder)
  const packageJson = parsed(packageText, folder)
  const dependencies = new Map(
    ['peerDependencies', 'optionalDependencies', 'devDependencies', 'dependencies'].flatMap((key) =>
      Object.entries(isRecord(packageJson[key]) ? packageJson[key] : {}),
    ),
  )
  const versionsOf = (name: string): string | undefined => {
    const versions = dependencies.get(name)
    return typeof versions === 'string' ? versions : undefined
  }
  const fileOf = (names: readonly string[]): string | undefined => names.find((name) => existsSync(join(folder, name)))
  const root = repositoryOf(folder)
  const lock = lockOf(folder, root ?? folder)
  return {
    folder,
    packageText,
    packageJson,
    name: typeof packageJson['name'] === 'string' ? packageJson['name'] : 'service',
    isModule: packageJson['type'] === 'module',
    runners: RUNNER_NAMES.filter((name) => dependencies.has(RUNNER_PACKAGES[name])),
    hasTypeScript: dependencies.has('typescript') || existsSync(join(folder, 'tsconfig.json')),
    manager: lock?.manager ?? 'npm',
    hasLock: lock !== undefined,
    scripts: keysOf(packageJson['scripts']),
    repository: root === undefined ? undefined : relative(folder, root),
    versionsOf,
    fileOf,
    read: (file) => readFileSync(join(folder, file), 'utf8'),
  }
}

function packageTextOf(folder: string): string {
  try {
    return readFileSync(join(folder, 'package.json'), 'utf8')
  } catch (error) {
    throw initError(`package.json cannot be read: ${messageOf(error)}`, 'run it in the folder of your package')
  }
}

function parsed(text: string, folder: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    if (isRecord(value)) return value
  } catch {
    // The error below says which file is meant.
  }
  throw initError(`${join(folder, 'package.json')} is not a JSON object`, 'correct it first')
}

/** Returns the folder of the Git repository around a folder. */
function repositoryOf(folder: string): string | undefined {
  if (existsSync(join(folder, '.git'))) return folder
  const parent = dirname(resolve(folder))
  return parent === folder ? undefined : repositoryOf(parent)
}

/** In a workspace, the lock file is in a folder above. */
function lockOf(folder: string, root: string): { readonly manager: ManagerName } | undefined {
  const found = LOCKS.find(([file]) => existsSync(join(folder, file)))
  if (found !== undefined) {
    const [file, manager] = found
    const isClassic = manager === 'yarn' && readFileSync(join(folder, file), 'utf8').includes('# yarn lockfile v1')
    return { manager: isClassic ? 'yarn-classic' : manager }
  }
  return folder === root ? undefined : lockOf(dirname(folder), root)
}

function keysOf(value: unknown): readonly string[] {
  return isRecord(value) ? Object.keys(value) : []
}

export function initError(what: string, remedy: string): LoadError {
  return new LoadError('ERR_LOAD_INIT', `${what}\n  → ${remedy}`)
}
