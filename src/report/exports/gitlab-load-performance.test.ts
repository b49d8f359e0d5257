import { expect, test } from 'vitest'
import { gitlabLoadPerformance } from './gitlab-load-performance.ts'
import { HUNDRED, runsOf, timesOf } from './runs.builder.ts'

function metricsOf(...tests: Parameters<typeof runsOf>[0]): unknown {
  const [file] = gitlabLoadPerformance.render(runsOf(tests))
  return (JSON.parse(file?.text ?? '') as { metrics: unknown }).metrics
}

// The keys are those that GitLab's widget reads, in `normalizeLoadPerformanceMetrics` of
// ee/app/assets/javascripts/vue_merge_request_widget/widgets/load_performance/utils.js.
test('has the rate, the percentiles and the checks that the widget of GitLab reads', () => {
  expect(metricsOf({ successes: 3_000, durationMs: 30_000, verdict: 'fail' })).toEqual({
    http_reqs: { count: 3_000, rate: 100 },
    http_req_waiting: { 'p(90)': expect.closeTo(90, 0) as number, 'p(95)': expect.closeTo(95, 0) as number },
    checks: { passes: 0, fails: 1, value: 0 },
  })
})

test('joins the response times of all results, which a mean of percentiles would not', () => {
  const slow = timesOf(HUNDRED.map((ms) => 1_000 + ms))
  expect(metricsOf({ name: 'fast' }, { name: 'slow', responseTime: slow })).toMatchObject({
    http_req_waiting: { 'p(90)': expect.closeTo(1_080, 0) as number },
    checks: { passes: 2, fails: 0, value: 1 },
  })
})

test('writes nothing if nothing succeeded, because the widget would show an improvement', () => {
  expect(gitlabLoadPerformance.render(runsOf([{ responseTime: { count: 0 } }]))).toEqual([])
})
