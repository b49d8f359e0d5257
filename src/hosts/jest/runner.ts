import { createRequire } from 'node:module'

/** Files with load tests: names like `checkout.load.test.ts`. */
const LOAD_FILE = /\.load\.(?:test|spec)\.[cm]?[jt]sx?$/

/** The parts of Jest's runner that are used here. */
interface JestRunner {
  runTests(tests: readonly TestPath[], watcher: unknown, options: RunOptions): Promise<void>
}
interface TestPath {
  readonly path: string
}
interface RunOptions {
  /** One file at a time, in Jest's process. */
  readonly serial: boolean
}
type JestRunnerClass = new (...options: readonly unknown[]) => JestRunner

/** Jest's own runner, of which only Jest knows the place: strict package managers hide it from other packages. */
function jestRunner(): JestRunnerClass {
  const parent = ['jest', '@jest/core'].reduce((from, name) => createRequire(from).resolve(name), import.meta.url)
  const runner = createRequire(parent)('jest-runner') as { readonly default: JestRunnerClass }
  return runner.default
}

const Base: JestRunnerClass = jestRunner()

/**
 * Runs the load files after all other files, one at a time, so that no other test distorts their figures. All other
 * files run as in Jest's own runner.
 */
export class LoadRunner extends Base {
  override async runTests(tests: readonly TestPath[], watcher: unknown, options: RunOptions): Promise<void> {
    const isLoad = ({ path }: TestPath): boolean => LOAD_FILE.test(path)
    const others = tests.filter((test) => !isLoad(test))
    const loads = tests.filter(isLoad)
    if (others.length > 0) await super.runTests(others, watcher, options)
    if (loads.length > 0) await super.runTests(loads, watcher, { ...options, serial: true })
  }
}
