import type { ManagerName, Project } from './project.ts'

/** Name of the file, from the root of the repository. */
export const WORKFLOW = '.github/workflows/load.yml'

interface Manager {
  /** Steps before `actions/setup-node`. */
  readonly before: readonly string[]
  readonly install: string
  /** Prefix of a program of a package. */
  readonly run: string
  readonly script: string
  /** What `actions/setup-node` caches, if it knows the package manager. */
  readonly cache?: string
}

const PNPM_VERSION = ['        with:', '          version: 10']

const MANAGERS: Readonly<Record<ManagerName, Manager>> = {
  npm: { before: [], install: 'npm ci', run: 'npx', script: 'npm run', cache: 'npm' },
  pnpm: {
    before: ['      - uses: pnpm/action-setup@v4'],
    install: 'pnpm install --frozen-lockfile',
    run: 'pnpm exec',
    script: 'pnpm run',
    cache: 'pnpm',
  },
  yarn: {
    before: ['      - run: corepack enable'],
    install: 'yarn install --immutable',
    run: 'yarn',
    script: 'yarn run',
    cache: 'yarn',
  },
  'yarn-classic': {
    before: [],
    install: 'yarn install --frozen-lockfile',
    run: 'yarn',
    script: 'yarn run',
    cache: 'yarn',
  },
  bun: {
    before: ['      - uses: oven-sh/setup-bun@v2'],
    install: 'bun install --frozen-lockfile',
    run: 'bunx',
    script: 'bun run',
  },
}

/** Returns the command that runs a program of a package. */
export function execute(manager: ManagerName, command: string): string {
  return `${MANAGERS[manager].run} ${command}`
}

/** Returns the command that adds packages to the development dependencies. */
export function installCommand(manager: ManagerName, names: readonly string[]): string {
  const words = names.join(' ')
  return manager === 'npm' ? `npm install --save-dev ${words}` : `${manager.split('-')[0]} add --dev ${words}`
}

export interface WorkflowOptions extends Pick<Project, 'manager' | 'hasLock'> {
  /** The package names the version of its package manager. */
  readonly namesManager: boolean
  /** The command that runs the load tests: `vitest run --project load`. */
  readonly command: string
  /** Folder of the reports. */
  readonly reports: string
  /** The script that builds the service which the test starts. */
  readonly build?: string | undefined
  /** The URL of a service that must run before the test. */
  readonly needs?: string | undefined
}

/** Returns a workflow of GitHub Actions that runs the load tests of each pull request; `docs/ci.md` shows it. */
export function loadWorkflow(options: WorkflowOptions): string {
  const { manager, hasLock, namesManager, command, reports, build, needs } = options
  const { before, install, script, cache } = MANAGERS[manager]
  const isVersionMissing = manager === 'pnpm' && !namesManager
  const lines = [
    'name: Load tests',
    'on: pull_request',
    'permissions:',
    '  contents: read',
    'jobs:',
    '  load:',
    '    runs-on: ubuntu-latest',
    '    timeout-minutes: 15',
    '    steps:',
    '      - uses: actions/checkout@v4',
    '        with:',
    '          persist-credentials: false',
    ...before,
    ...(isVersionMissing ? PNPM_VERSION : []),
    '      - uses: actions/setup-node@v4',
    '        with:',
    '          node-version: 24',
    ...(hasLock && cache !== undefined ? [`          cache: ${cache}`] : []),
    `      - run: ${hasLock ? install : 'npm install'}`,
    ...(build === undefined ? [] : [`      - run: ${script} ${build}`]),
    ...(needs === undefined ? [] : [`      # Start the service here. The load test needs it at ${needs}`]),
    `      - run: ${execute(manager, command)}`,
    '      - if: always()',
    '        uses: actions/upload-artifact@v4',
    '        with:',
    '          name: load-reports',
    `          path: ${reports}`,
  ]
  return `${lines.join('\n')}\n`
}
