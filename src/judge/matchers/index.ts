import * as matchers from './registry.ts'

/**
 * Matchers by name. Each takes its subject and its arguments and returns a verdict; `judge` turns the verdict into pass
 * or fail.
 */
export { matchers }

/**
 * Methods that the matchers add to a host's `expect(…)`, derived from the functions: without the subject, returning
 * `R`.
 */
export type LoadMatchers<R> = {
  [Name in keyof typeof matchers]: (typeof matchers)[Name] extends (
    received: never,
    ...rest: infer Arguments
  ) => unknown
    ? (...rest: Arguments) => R
    : never
}

export type { JudgedVerdict } from '../verdict/judged-verdict.ts'
export { judge, OPPOSITE } from '../outcome.ts'
export { adoptResult, subjectOf, wasJudged } from '../subject.ts'
