import type { NoUslFit, NoUslFitFacts } from '../model/capacity-findings.ts'
import { sentenceFrom } from './sentences.ts'

const sentence = sentenceFrom<NoUslFitFacts>({
  'few-points': ({ requiredPoints, points }) =>
    `the fit needs throughputs at ${requiredPoints} different numbers of clients, and this run has ${points}`,
  'law-not-followed': () =>
    'the throughputs do not follow the law, which would predict an infinite throughput for one client',
})

/** Returns why the Universal Scalability Law was not fitted, with its message. */
export function noUslFit(facts: NoUslFitFacts): NoUslFit {
  return { ...facts, message: sentence(facts) }
}
