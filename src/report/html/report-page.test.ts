import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { RunRecord } from '../../model/record.ts'
import type { VerdictRecord } from '../../model/verdict.ts'
import {
  comparedRun,
  evenBatches,
  findings,
  judgedRun,
  made,
  pairsWith,
  recordOf,
  resultOf,
} from '../../schemas/findings.builder.ts'
import { jsonText } from '../json-text.ts'
import { unitSentence } from '../unit-sentences.ts'
import { writtenRun } from '../json-artifact.ts'
import { environment } from '../run-record.builder.ts'
import { reportPage } from './report-page.ts'

const result = resultOf({ batches: evenBatches(40, 25, (i) => 5 + (i % 9)), rest: { name: 'shop > lists products' } })

function suiteRun(suite: keyof typeof findings): RunRecord {
  return recordOf(suite, [made], findings[suite])
}

function verdictOf(
  verdict: VerdictRecord['verdict'],
  message: string,
  more: Partial<VerdictRecord> = {},
): VerdictRecord {
  return { result: 0, test: 'shop > lists products', matcher: 'toHaveP99Below', verdict, message, ...more }
}

function runOf(change: Partial<RunRecord> = {}): RunRecord {
  return {
    schema: 1,
    suite: 'load',
    name: 'load',
    startedAt: '2026-01-02T03:04:05.000Z',
    durationMs: 10_000,
    environment,
    target: 'http://127.0.0.1:3000/',
    results: [result],
    verdicts: [],
    findings: null,
    ...change,
  }
}

/** Returns the text of a page, without markup and with single spaces. */
function textOf(page: string): string {
  return page
    .replace(/<(style|script)[^>]*>[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&#39;', "'")
    .replace(/\s+/g, ' ')
}

describe('reportPage', () => {
  test('answers a comparison in one line, with a link to its charts', () => {
    const { result: compared, verdicts } = judgedRun(comparedRun(pairsWith(1.15)))
    const page = reportPage([runOf({ results: [compared], verdicts })], [])
    expect(textOf(page)).toContain('Worse than the baseline The only check failed. ✗ fail')
    expect(textOf(page)).toContain(
      'Slower: mean response time +15.0%, above the tolerance of 5%. 11.7 ms, baseline 10.2 ms; 90% interval +14.4% to +15.6%; 8 pairs Why: Its CPU per request grew as well',
    )
    const [, id = ''] = /<a href="#([^"]+)">Charts of this comparison/.exec(page) ?? []
    expect(page).toContain(`id="${id}"`)
  })

  test('allows its own styles and script by their hashes, and nothing else', () => {
    const page = reportPage([runOf()], [])
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1]?.replaceAll('&#39;', "'")
    const inline = [...page.matchAll(/<(style|script)[^>]*>([\s\S]*?)<\/\1>/g)]
    expect(inline.map(([, name]) => name)).toEqual(['style', 'style', 'script'])
    const hashes = inline.map(([, , text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`)
    expect(policy).toBe(
      `default-src 'none'; style-src ${hashes[0]} ${hashes[1]}; script-src ${hashes[2]}; base-uri 'none'; form-action 'none'`,
    )
    expect(page).not.toMatch(/ style="| on\w+="/)
    expect(page).not.toMatch(/(?:src|href)="(?!#|data:application\/gzip)/)
  })

  test('shows failures before passes, with their evidence and a link to their charts', () => {
    const verdicts = [
      verdictOf('pass', 'p50 response time below 50 ms, was 9 ms'),
      verdictOf('inconclusive', 'inconclusive: p95 is not proven (leans to pass)\n  was 12 ms', { leaning: 'pass' }),
      verdictOf('invalid', 'invalid: p90 cannot be judged: the run was interrupted\n  was 12 ms'),
      verdictOf(
        'fail',
        'expected p99 response time below 5 ms, was 13 ms\n  service time p99 13 ms: the target itself was slow',
      ),
    ]
    const page = reportPage([runOf({ verdicts })], [])
    const text = textOf(page)
    expect(text).toContain('Not good enough Of 4 checks, 1 failed, 1 is invalid, 1 is not proven and 1 passed.')
    const places = ['expected p99', 'p90 cannot', 'p95 is not', 'p50 response'].map((claim) =>
      text.indexOf(claim, text.indexOf('Verdicts')),
    )
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    expect(text).toContain('the target itself was slow')
    expect(page).toContain('href="#load-1-result-1"')
    expect(page).toContain('id="load-1-result-1"')
  })

  test.each([
    ['Good enough', [verdictOf('pass', 'a')]],
    ['Probably good enough', [verdictOf('pass', 'a'), verdictOf('inconclusive', 'b', { leaning: 'pass' })]],
    ['Probably not good enough', [verdictOf('inconclusive', 'b', { leaning: 'fail' })]],
    ['Not shown to be good enough', [verdictOf('inconclusive', 'b', { leaning: 'none' })]],
    ['No valid answer', [verdictOf('pass', 'a'), verdictOf('invalid', 'b')]],
    ['Not good enough', [verdictOf('invalid', 'b'), verdictOf('fail', 'a')]],
    ['Not judged', []],
  ])('answers "%s"', (headline, verdicts) => {
    expect(reportPage([runOf({ verdicts })], [])).toContain(`<h2 id="answer-title">${headline}</h2>`)
  })

  test('names a cause that the failed run itself shows', () => {
    const pool = { size: 3, peakInUse: 3, fullRatio: 0.9 }
    const slow = { ...result, pool, queueTime: result.responseTime }
    const page = reportPage([runOf({ results: [slow], verdicts: [verdictOf('fail', 'expected p99')] })], [])
    expect(textOf(page)).toContain('The connection pool is too small: all 3 connections were in use 90% of the time')
  })

  test('gives the reason of a verdict where the run itself shows no cause', () => {
    const why = 'only 3 of the 20 time batches have requests'
    const open = verdictOf('inconclusive', `inconclusive: p99 is not proven\n  was 9 ms\n  ${why}`, { why })
    expect(textOf(reportPage([runOf({ verdicts: [open] })], []))).toContain(
      'p99 is not proven Why: Only 3 of the 20 time batches have requests.',
    )
  })

  test('answers with the suite first that is worst', () => {
    const capacity = suiteRun('capacity')
    const scenarios = { ...suiteRun('scenarios'), verdicts: [verdictOf('fail', 'expected p99')] }
    const page = reportPage([{ ...capacity, verdicts: [verdictOf('pass', 'a')] }, scenarios], [])
    const [, found = ''] = /<ul class="findings">(.*?)<\/ul>/s.exec(page) ?? []
    expect(Array.from(found.matchAll(/<strong>(\w+)<\/strong>/g), ([, name]) => name)).toEqual([
      'scenarios',
      'capacity',
    ])
  })

  test('names the test above the verdict on a whole suite, and the run above the verdict on a run', () => {
    const run = suiteRun('unit')
    const [check] = findings.unit.checks
    const sentence = unitSentence(findings.unit)
    const name = 'describe-load works'
    const results = [{ ...made, name: `unit > ${check?.name}` }]
    const verdicts = [`${check?.name}: 5 sent`, sentence].map((message) =>
      verdictOf('invalid', message, { test: name }),
    )
    const text = textOf(reportPage([{ ...run, results, verdicts }], []))
    expect(text).toContain(`Why: ${check?.name}: 5 sent.`)
    expect(text).toContain(`invalid ${check?.name} 5 sent`)
    expect(text).toContain(`invalid ${name} ${sentence}`)
  })

  test.each(Object.keys(findings))('shows a run of suite %s', (suite) => {
    const page = reportPage([suiteRun(suite as keyof typeof findings)], [])
    expect(page).toContain(`id="${suite}-1"`)
  })

  test('says that a run ended early, in the answer and in the run', () => {
    const text = textOf(reportPage([runOf({ endedEarly: 'interrupted by SIGINT' })], []))
    expect(text).toContain('Load tests ended early (interrupted by SIGINT): the figures cover the time until then.')
    expect(text).toContain('Ended early (interrupted by SIGINT): the figures cover the time until then.')
  })

  test('concludes the unit suite with its failed checks', () => {
    const [check] = findings.unit.checks
    if (check === undefined) throw new Error('the findings have no check')
    const failed = { ...check, verdict: 'fail', counted: '190 requests' } as const
    const run = recordOf('unit', [made], { checks: [check, failed] })
    const verdicts = run.verdicts.map((each) => Object.assign({}, each, { verdict: 'fail' }))
    const text = textOf(reportPage([{ ...run, verdicts }], []))
    expect(text).toContain('1 of 2 checks passed: describe-load does not work as documented on this machine.')
    expect(text).toContain('Why: Fail: constant pattern: 200 requests; the server counted 190 requests.')
  })

  test('shows earlier runs below, with their dates', () => {
    const earlier = { ...suiteRun('limits'), startedAt: '2025-12-24T18:00:00.000Z' }
    const text = textOf(reportPage([runOf()], [earlier]))
    expect(text).toContain('Earlier run of 2025-12-24 18:00:00 UTC')
    expect(text.indexOf('Earlier run of')).toBeGreaterThan(text.indexOf('Load tests'))
  })

  test('reports an earlier run whose format is unknown', () => {
    const strange = { ...runOf({ suite: 'limits' }), findings: { trials: 5 }, results: [{}] } as unknown as RunRecord
    expect(textOf(reportPage([runOf()], [strange]))).toContain('cannot show the file of this suite in this folder')
  })

  test('contains the raw data of each run', () => {
    const run = runOf()
    const page = reportPage([run], [])
    const [hgrm, json, csv] = [
      ...page.matchAll(/download="([^"]*)" href="data:application\/gzip;base64,([^"]*)"/g),
    ].map(([, name, data = '']) => [name, gunzipSync(Buffer.from(data, 'base64')).toString()] as const)
    expect(hgrm?.[0]).toBe('load-1-result-1.hgrm.gz')
    expect(hgrm?.[1]).toMatch(/Value +Percentile TotalCount 1\/\(1-Percentile\)/)
    expect(json).toEqual(['load-1.json.gz', `${jsonText(writtenRun(run))}\n`])
    expect(csv?.[0]).toBe('load-1.csv.gz')
    expect(csv?.[1].split('\r\n').slice(0, 2)).toEqual([
      'result,at_ms,length_ms,offered_rps,achieved_rps,in_flight,p50_ms,p90_ms,p95_ms,p99_ms',
      expect.stringMatching(/^shop > lists products,125,250,100,100,0,[\d.]+,[\d.]+,[\d.]+,[\d.]+$/),
    ])
    expect(csv?.[1].split('\r\n')).toHaveLength(42)
  })

  test('shows hostile texts as texts', () => {
    const hostile = '</script><script>alert(1)</script><img src=x onerror=alert(1)>"\'\u001b[31m\u202e'
    const errorsByClass = { 'http-5xx': { count: 1, first: hostile, samples: [hostile] } }
    const bad = {
      ...result,
      name: hostile,
      errorsByClass,
      operations: { [hostile]: result, b: result },
      statuses: { [hostile]: 1 },
    }
    const slowest = [
      {
        traceId: hostile,
        spanId: '',
        url: 'javascript:alert(1)',
        because: 'slowest',
        name: hostile,
        operation: hostile,
        requestId: 1,
        responseMs: 1,
        serviceMs: 1,
        intendedMs: 1,
        dueMs: 1,
        sentMs: 1,
        doneMs: 1,
      } as const,
    ]
    const page = reportPage(
      [
        runOf({
          name: hostile,
          target: hostile,
          results: [{ ...bad, slowest }],
          verdicts: [verdictOf('fail', hostile, { test: hostile })],
        }),
      ],
      [],
    )
    expect(page.match(/<script/g)).toHaveLength(1)
    expect(page.match(/<\/script/g)).toHaveLength(1)
    expect(page).not.toMatch(/<img|javascript:/)
    expect(['\u001b', '\u202e'].filter((character) => page.includes(character))).toEqual([])
  })

  test('stays small: a typical run in 1 MB', () => {
    expect(reportPage([runOf({ results: Array.from({ length: 6 }, () => result) })], []).length).toBeLessThan(1_000_000)
  })
})
