/** Variables that only a test runner sets, or describe-load for its own processes. */
const OF_TEST_RUNNER = /^(?:VITEST(?:_\w+)?|JEST_WORKER_ID|TEST_WORKER_INDEX|TEST_PARALLEL_INDEX|DESCRIBE_LOAD_\w+)$/
/** Variables that Vitest sets for its processes, with their values. Others may use the same names. */
const OF_VITEST = { TEST: 'true', MODE: 'test', DEV: '1', PROD: '', SSR: '1', BASE_URL: '/' }

/**
 * Returns the environment without what Vitest, Jest and Playwright add to it. An application may not listen in test mode,
 * or behave in another way than in production.
 */
export function withoutTestRunner(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isVitest = env['VITEST'] !== undefined
  const added: Readonly<Record<string, string>> = {
    ...(isVitest && OF_VITEST),
    // Both set it only if it is not set. A value of the user that is the same does not differ from theirs.
    ...((isVitest || env['JEST_WORKER_ID'] !== undefined) && { NODE_ENV: 'test' }),
  }
  return Object.fromEntries(
    Object.entries(env).filter(([name, value]) => !OF_TEST_RUNNER.test(name) && added[name] !== value),
  )
}
