import { expect, test } from 'vitest'
import type { Artifact } from '../../model/record.ts'
import { exportsFor, readArtifacts } from './index.ts'

const custom: Artifact = { fileName: 'a.txt', render: () => 'a' }

test('divides names from custom artifacts', () => {
  expect(readArtifacts(['ctrf', custom, 'hgrm'])).toEqual({ custom: [custom], exports: ['ctrf', 'hgrm'] })
})

test('lists every unknown name, with the one that was probably meant', () => {
  const names = ['openmetric', 'xml'] as unknown as readonly Artifact[]
  expect(() => readArtifacts(names)).toThrow(
    expect.objectContaining({
      code: 'ERR_LOAD_PLAN',
      message: [
        'load() has 2 issues',
        "  - artifacts[0] must be 'benchmark', 'ctrf', 'gitlab-load-performance', 'hgrm', 'openmetrics', 'pull-request-comment', got 'openmetric'",
        "    → did you mean 'openmetrics'?",
        "  - artifacts[1] must be 'benchmark', 'ctrf', 'gitlab-load-performance', 'hgrm', 'openmetrics', 'pull-request-comment', got 'xml'",
      ].join('\n'),
    }),
  )
})

test('a CI system gets the formats that it shows, and elsewhere only those that are named are written', () => {
  const names = (...given: Parameters<typeof exportsFor>): readonly string[] =>
    exportsFor(...given).map(({ name }) => name)
  expect(names([], 'gitlab')).toEqual(['gitlab-load-performance', 'openmetrics'])
  expect(names(['ctrf'], undefined)).toEqual(['ctrf'])
  expect(names([], undefined)).toEqual([])
})
