/**
 * Measures how often the bounds of a mean are wrong, for limits 0.3% from the true mean.
 *
 *   npx node docs/calibration/mean.ts [runs]
 *
 * Prints a Markdown table.
 */
import { MEAN_PROCESSES, wrongMeanVerdicts } from '../../src/judge/verdict/mean.builder.ts'

const RUNS = Number(process.argv[2] ?? 2_000)
const REQUESTS = [1_000, 3_000, 10_000]

const percent = (count: number): string => ((100 * count) / RUNS).toFixed(1)

console.log(`| wrong passes / wrong fails in % of ${RUNS} runs | ${REQUESTS.join(' requests | ')} requests |`)
console.log(`| --- |${REQUESTS.map(() => ' --- |').join('')}`)
for (const service of MEAN_PROCESSES) {
  const cells = REQUESTS.map((requests) => {
    const { pass, fail } = wrongMeanVerdicts(service, requests, RUNS)
    return `${percent(pass)} / ${percent(fail)}`
  })
  console.log(`| ${service.name} | ${cells.join(' | ')} |`)
}
