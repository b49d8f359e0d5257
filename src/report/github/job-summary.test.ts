import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import { expect, test } from 'vitest'
import { HOSTILE_NAME, runsOf } from '../exports/runs.builder.ts'
import { pullRequestComment } from '../exports/pull-request-comment.ts'
import type { VerdictRecord } from '../../model/verdict.ts'
import { findings, made, recordOf } from '../../schemas/findings.builder.ts'
import { resultOf } from '../run-record.builder.ts'
import { unitSentence } from '../unit-sentences.ts'
import { jobSummary, MAX_SUMMARY_BYTES } from './job-summary.ts'

const link = { runUrl: 'https://github.com/o/r/actions/runs/7', paths: ['reports/load_test_report.html'] }

const interval = { ...resultOf(), startMs: 0, arrivals: 500 }
const slowSecond = { ...interval, responseTime: { ...interval.responseTime, p99Ms: 166.4 } }

test('shows the verdicts, the worst figures, the way to the report, failures and charts', () => {
  const runs = runsOf([
    { name: 'shop > holds', verdict: 'fail', errorRate: 0.02, intervals: [interval, slowSecond] as never },
    { name: 'shop > is calm', achievedRps: 500 },
  ])
  expect(jobSummary(runs, link)).toBe(`
## Load tests

❌ 1 fail · ✅ 1 pass

| verdict | test | assertion | rate | p50 ms | p95 ms | p99 ms | errors |
| --- | --- | --- | --- | --- | --- | --- | --- |
| ❌ fail | <code>shop &#62; holds</code> | <code>toHaveP99Below</code> | 500 → 500 req/s | 50.0 | 95.0 | 99.0 | 2% |
| ✅ pass | <code>shop &#62; is calm</code> | <code>toHaveP99Below</code> | 500 → 500 req/s | 50.0 | 95.0 | 99.0 | 0.02% |

**Worst figures**

- highest p99: 99.0 ms in <code>shop &#62; holds</code>
- highest error rate: 2% in <code>shop &#62; holds</code>
- achieved rate furthest below the offered one: by 0.02% in <code>shop &#62; holds</code>

Full report: <code>reports&#47;load&#95;test&#95;report&#46;html</code> in the [artifacts of this run](https://github.com/o/r/actions/runs/7#artifacts), if the workflow uploads its folder.

<details><summary>❌ fail: <code>shop &#62; holds &#40;toHaveP99Below&#41;</code></summary>

\`\`\`text
fail: a
  b
at shop.load.test.ts:9
rerun: npx vitest run shop.load.test.ts
\`\`\`

</details>

**Over time**

\`\`\`text
shop > holds
  p99     ▄█  up to 166 ms
  errors  ██
\`\`\`
`)
})

test('shows the rates of journeys as such, and only the achieved rate in the closed model', () => {
  const journeys = resultOf({ offeredRps: 10, achievedRps: 9.5 })
  const summary = jobSummary(
    runsOf([
      { name: 'walk', journeys },
      { name: 'full', arrivals: 'closed' },
    ]),
    link,
  )
  expect(summary).toContain('| 10 → 9.5 journeys/s |')
  expect(summary).toContain('| 500 req/s |')
  expect(summary).toContain('- achieved rate furthest below the offered one: by 5% in <code>walk</code>')
})

test('names the run that a verdict of a suite is about, and the test for the conclusion of the suite', () => {
  const verdictOn = (message: string): VerdictRecord => ({
    result: 0,
    test: 'unit works',
    matcher: 'unitSuite',
    verdict: 'invalid',
    message,
  })
  const run = recordOf('unit', [{ ...made, name: 'unit works > service times' }], findings.unit)
  const verdicts = [verdictOn('p50 was 9 ms'), verdictOn(unitSentence(findings.unit))]
  const summary = jobSummary([{ ...run, verdicts }], link)
  expect(Array.from(summary.matchAll(/<summary>🚫 invalid: <code>([^<]*) &#40;/gu), ([, name]) => name)).toEqual([
    'unit works &#62; service times',
    'unit works',
  ])
  expect(summary).toContain('| 🚫 invalid | <code>unit works &#62; service times</code> |')
})

test('says that the load tests ended early', () => {
  const runs = runsOf([{}]).map((run) => Object.assign({}, run, { endedEarly: 'interrupted by SIGINT' }))
  expect(jobSummary(runs, link)).toContain(
    '✅ 1 pass\n\n<code>Load tests</code> ended early (<code>interrupted by SIGINT</code>): the figures cover the time until then.\n',
  )
})

test('stays below the limit of GitHub, with the failures first', () => {
  const tests = Array.from({ length: 300 }, (_, index) => index)
  const many = runsOf(
    tests.map((index) => ({
      name: `${index} ${'ü'.repeat(300)}`,
      verdict: index === 299 ? 'fail' : 'inconclusive',
    })),
  )
  const summary = jobSummary(many, link, 200_000)
  expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(200_000)
  expect(Buffer.byteLength(summary)).toBeGreaterThan(190_000)
  expect(summary.indexOf('fail: <code>299 ')).toBeLessThan(summary.indexOf('inconclusive: <code>0 '))
  expect(summary).toMatch(/_\d+ sections did not fit here: see the report\._\n$/)
  expect(pullRequestComment.render(many)[0]?.text.length).toBeLessThanOrEqual(60_000)
  expect(jobSummary(many, link, 10)).toBe('')
  expect(MAX_SUMMARY_BYTES).toBeLessThan(1_024 * 1_024)
})

test('shows hostile names as text in the summary and in the comment', () => {
  const runs = runsOf([{ name: HOSTILE_NAME, verdict: 'fail', intervals: [interval, slowSecond] as never }])
  for (const text of [jobSummary(runs, link), pullRequestComment.render(runs)[0]?.text ?? '']) {
    const html = micromark(text, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true })
    expect(html).toContain('&lt;img')
    expect(html).not.toMatch(/<(?:img|script)/)
    expect(html.match(/<a href="[^"]*"/g) ?? []).toEqual(
      text.includes('actions/runs') ? [`<a href="${link.runUrl}#artifacts"`] : [],
    )
  }
})

test('says in the first line of a comment whether a reader must act', () => {
  const head = (...tests: Parameters<typeof runsOf>[0]): string | undefined =>
    pullRequestComment.render(runsOf(tests))[0]?.text.split('\n')[0]
  expect(head({}, { verdict: 'invalid' })).toBe('<!-- describe-load: red -->')
  expect(head({})).toBe('<!-- describe-load: green -->')
})
