import { expect, test } from 'vitest'
import type { VerdictRecord } from '../../model/verdict.ts'
import { findings, made, recordOf } from '../../schemas/findings.builder.ts'
import { runsOf } from '../exports/runs.builder.ts'
import { verdictEntries } from '../verdict-entries.ts'
import { annotations } from './annotations.ts'

const inFolder = (file: string): string => `/repo/${file}`

test('annotates red verdicts as errors before inconclusive ones as warnings, at the line of the assertion', () => {
  const entries = verdictEntries(
    runsOf([{ name: 'open', verdict: 'inconclusive' }, { name: 'a,b: 100%', verdict: 'fail' }, { name: 'ok' }]),
  )
  const mixed = entries.map((entry) =>
    entry.verdict === 'inconclusive' ? Object.assign({}, entry, { red: false }) : entry,
  )
  expect(annotations(mixed, [], inFolder)).toEqual([
    '::error file=/repo/shop.load.test.ts,line=9,col=3,title=a%2Cb%3A 100%25::fail: a%0Ab',
    '::warning file=/repo/shop.load.test.ts,line=9,col=3,title=open::inconclusive: a%0Ab',
  ])
})

test('returns at most ten, and none if others used all of them', () => {
  const entries = verdictEntries(
    runsOf(
      Array.from({ length: 12 }, (_, index) => ({
        name: String(index),
        verdict: index < 11 ? 'inconclusive' : 'fail',
      })),
    ),
  )
  const shown = annotations(entries, [], inFolder)
  expect(shown).toHaveLength(10)
  expect(shown[0]).toContain('title=11:')
  expect(annotations(entries, [], inFolder, 0)).toEqual([])
  expect(annotations(entries, [], inFolder, -3)).toEqual([])
})

test('keeps a hostile text inside its command', () => {
  const [entry] = verdictEntries(runsOf([{ verdict: 'fail' }]))
  const hostile = { result: 'a\r\n::add-mask::x,line=1::', summary: '%0A::error::\n::x', evidence: ['\r\n::y'] }
  const [line, ...others] = annotations(entry === undefined ? [] : [{ ...entry, ...hostile }], [], inFolder)
  expect(others).toEqual([])
  expect(line).not.toMatch(/[\r\n]/)
  expect(line).toContain('title=a%0D%0A%3A%3Aadd-mask%3A%3Ax%2Cline=1%3A%3A::%250A::error::%0A::x%0A%0D%0A::y')
})

test('has the name of the run that a verdict of a suite is about', () => {
  const verdict: VerdictRecord = {
    result: 0,
    test: 'unit works',
    matcher: 'unitSuite',
    verdict: 'invalid',
    message: 'p50 was 9 ms',
  }
  const runs = [
    { ...recordOf('unit', [{ ...made, name: 'unit works > service times' }], findings.unit), verdicts: [verdict] },
  ]
  expect(annotations(verdictEntries(runs), runs, inFolder)).toEqual([
    '::error title=unit works > service times::p50 was 9 ms',
  ])
})
