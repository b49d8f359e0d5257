// One line registers a pattern: the package exports its builder, and a plan may select it by name if it has a
// `rateParameter`.
export { burst } from './burst.ts'
export { constant } from './constant.ts'
export { fromRate } from './from-rate.ts'
export { poisson } from './poisson.ts'
export { rampUp } from './ramp-up.ts'
export { randomWalk } from './random-walk.ts'
export { sequence } from './sequence.ts'
export { sineWave } from './sine-wave.ts'
