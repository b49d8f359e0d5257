import { formatList } from './figures.ts'

/** Says that a variable is unknown; `meant` is the one that its author may have meant. */
export function formatUnknownVariable(name: string, meant: string): string {
  return `${name} is not a variable of describe-load and has no effect\n    → did you mean ${meant}?`
}

/** Says that the load tests of a user do not take these variables. */
export function formatVariablesForSuites(names: readonly string[]): string {
  const apply = names.length === 1 ? 'applies' : 'apply'
  return `${formatList(names)} ${apply} to suites only: a load test follows its plan`
}

/** Says that a load test keeps its target although the environment sets one. */
export function formatKeptTarget(test: string): string {
  return (
    `LOAD_TARGET does not replace a target in the plan of a test: "${test}" keeps its own\n` +
    '    → set the target in describeLoad or in the plugin, so that LOAD_TARGET replaces it'
  )
}
