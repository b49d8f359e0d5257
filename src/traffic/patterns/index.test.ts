import { expect, expectTypeOf, test } from 'vitest'
import { LoadPlanError } from '../../model/errors.ts'
import type { PatternSpec } from '../../model/pattern.ts'
import {
  burst,
  constant,
  PATTERN_NAMES,
  patternIssues,
  poisson,
  randomWalk,
  rampUp,
  sineWave,
  rateParameterOf,
  type PatternName,
} from './index.ts'
import { describePattern } from './patterns.conformance.ts'
import * as builders from './registry.ts'

for (const name of PATTERN_NAMES) describePattern({ kind: name, [rateParameterOf(name)]: 5 })

test('the type of the names has those of patterns that need only a rate, and no others', () => {
  expectTypeOf<'burst' | 'sine-wave'>().toExtend<PatternName>()
  expectTypeOf<'sequence'>().not.toExtend<PatternName>()
  expectTypeOf<string>().not.toExtend<PatternName>()
})

test.each(PATTERN_NAMES)('%s as a name needs no option except the rate', (name) => {
  expect(patternIssues({ kind: name, [rateParameterOf(name)]: 80 }, 'pattern')).toEqual([])
})

test('registers each pattern under a different kind, and its builder under the name that an issue suggests', () => {
  const kinds = Object.values(builders).map(({ pattern }) => pattern.kind)
  expect(new Set(kinds).size).toBe(kinds.length)
  for (const [name, builder] of Object.entries(builders)) {
    expect(wordsOf(builder)).toContain(`call it: ${name}({ … })`)
  }
})

/** Builders with the types removed, as a plain JavaScript caller sees them. */
const loosely = { burst, constant, rampUp, randomWalk, sineWave } as unknown as Record<
  string,
  (options: object) => PatternSpec
>

function wordsOf(pattern: unknown): string {
  return new LoadPlanError(patternIssues(pattern, 'pattern')).message
}

test.each([
  [loosely.constant?.({}), 'pattern.rate must be given, got undefined'],
  [loosely.constant?.({ rate: '50' }), "pattern.rate must be a number, got '50'\n    → write rate: 50"],
  [constant({ rate: -1 }), 'pattern.rate must not be below 0, got -1'],
  [constant({ rate: Number.POSITIVE_INFINITY }), 'pattern.rate must be a finite number, got Infinity'],
  [constant({ rate: 5, duration: -5 }), 'pattern.duration must be longer than 0, got -5'],
  [poisson({ rate: 0 }), 'pattern.rate must be greater than 0, got 0'],
  [burst({ rate: 5, burstMs: 0 }), 'pattern.burstMs must be greater than 0, got 0'],
  [burst({ rate: 5, restMs: -1 }), 'pattern.restMs must not be below 0, got -1'],
  [burst({ rate: 5, factor: 0 }), 'pattern.factor must be greater than 0, got 0'],
  [
    loosely.burst?.({ rate: 5, factr: 3 }),
    'pattern.factr is not an option of burst, got 3\n    → did you mean `pattern.factor`?',
  ],
  [rampUp({ from: -1, to: 5 }), 'pattern.from must not be below 0, got -1'],
  [sineWave({ rate: 5, amplitude: 1.5 }), 'pattern.amplitude must be between 0 and 1, got 1.5'],
  [sineWave({ rate: 5, periodMs: 0 }), 'pattern.periodMs must be greater than 0, got 0'],
  [randomWalk({ rate: 5, everyMs: 1 }), 'pattern.everyMs must be at least 10, got 1'],
  ['sinus', "pattern is not the name of a pattern, got 'sinus'\n    → did you mean 'sine-wave'?"],
  [{ kind: 'brust', rate: 5 }, "pattern.kind is not the name of a pattern, got 'brust'\n    → did you mean 'burst'?"],
])('reports %j as a plan issue', (pattern, words) => {
  expect(wordsOf(pattern)).toMatch(words)
})

test('reports every issue of a pattern together', () => {
  expect(patternIssues(burst({ rate: -1, burstMs: -1, duration: '5 parsecs' }), 'p').map(({ key }) => key)).toEqual([
    'p.rate',
    'p.burstMs',
    'p.duration',
  ])
})

test('suggests what to write for a builder that was not called and for a value that is not a pattern', () => {
  expect(wordsOf(rampUp)).toContain('call it: rampUp({ … })')
  expect(wordsOf(50)).toContain("such as 'constant' or constant({ rate: 50 })")
})
