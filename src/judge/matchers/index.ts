import * as matchers from './registry.ts'

/** The matchers by name. Each takes what it was called on and its arguments, and gives a verdict; `judge` turns that into red or green. */
export { matchers }

/** What the matchers add to a host's `expect(…)`: each without its subject, returning `R`. Derived from the functions. */
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
