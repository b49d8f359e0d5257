// One line registers a format: its name becomes part of the types of `load({ artifacts })`.
export { benchmark } from './benchmark.ts'
export { ctrf } from './ctrf.ts'
export { gitlabLoadPerformance } from './gitlab-load-performance.ts'
export { hgrm } from './hgrm.ts'
export { openMetrics } from './open-metrics.ts'
export { pullRequestComment } from './pull-request-comment.ts'
