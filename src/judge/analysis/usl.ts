import type { ConfidenceInterval, NoUslFitFacts, OpenInterval, UslFit } from '../../model/capacity-findings.ts'
import { leastSquares, type LinearFit } from '../verdict/statistics/least-squares.ts'
import { studentQuantile } from '../verdict/statistics/student.ts'

export interface UslPoint {
  /** N: requests always in flight. */
  readonly clients: number
  /** X(N). */
  readonly rps: number
}

/** Minimum number of different N: with fewer, no residual shows how good the fit is. */
const FEWEST_POINTS = 6
/**
 * Maximum relative deviation of a target that follows the law. A target with a fixed number of workers deviates more.
 */
const MAX_MISS = 0.1
/** Two-sided 95%. */
const QUANTILE = 0.975

/** Coefficients of y = a + b(N − 1) + cN(N − 1), where a = 1/γ, b = α/γ, c = β/γ. */
type Coefficients = readonly [a: number, b: number, c: number]

/**
 * Fits the Universal Scalability Law (Gunther 1993) to points of controlled N. With y = N/X(N) the law is linear;
 * throughputs vary in proportion to themselves, so each y weighs 1/y². The point estimates hold negative coefficients
 * at 0 and fit the others again (active set).
 *
 * The intervals come from the unconstrained fit (Student's t; the delta method for α = b/a, β = c/a and the peak), cut
 * at 0: a coefficient held at 0 is not known exactly. There is no peak if β's interval contains 0. Returns a code
 * if there is no fit.
 */
export function fitUsl(points: readonly UslPoint[]): UslFit | NoUslFitFacts {
  const usable = points.filter(({ rps }) => rps > 0)
  const distinct = new Set(usable.map(({ clients }) => clients)).size
  if (distinct < FEWEST_POINTS) {
    return { code: 'few-points', requiredPoints: FEWEST_POINTS, points: distinct }
  }
  const free = leastSquares(
    usable.map((point) => relativeTerms(point)),
    usable.map(() => 1),
  )
  const [a, b, c] = constrained(usable)
  if (free === undefined || !(a > 0) || !((free.coefficients[0] ?? 0) > 0)) {
    return { code: 'law-not-followed' }
  }
  const law = { gamma: 1 / a, alpha: b / a, beta: c / a }
  const worstMiss = Math.max(...usable.map(({ clients, rps }) => Math.abs(uslRps(law, clients) / rps - 1)))
  const unconstrained = uncertain(free)
  const intervals = {
    gamma: around(reciprocal(unconstrained.estimate([1, 0, 0])), law.gamma),
    alpha: closed(unconstrained.ratio(1), law.alpha),
    beta: closed(unconstrained.ratio(2), law.beta),
  }
  const hasPeak = unconstrained.ratio(2)[0] > 0 && law.alpha < 1 && worstMiss <= MAX_MISS
  const peakClients = hasPeak ? Math.sqrt((1 - law.alpha) / law.beta) : null
  const peakRps = peakClients === null ? null : uslRps(law, peakClients)
  const peak = peakClients === null || peakRps === null ? null : peakIntervals(unconstrained, peakClients, peakRps)
  return {
    ...law,
    worstMiss,
    intervals: { ...intervals, peakClients: peak?.clients ?? null, peakRps: peak?.rps ?? null },
    peakClients,
    peakRps,
    points: usable,
  }
}

/** X(N) by the law. */
export function uslRps({ gamma, alpha, beta }: Pick<UslFit, 'gamma' | 'alpha' | 'beta'>, clients: number): number {
  return (gamma * clients) / (1 + alpha * (clients - 1) + beta * clients * (clients - 1))
}

/** Returns the terms of one point, divided by its y, so that the residual is the relative error. */
function relativeTerms({ clients, rps }: UslPoint): Coefficients {
  const y = clients / rps
  return [1 / y, (clients - 1) / y, (clients * (clients - 1)) / y]
}

function constrained(points: readonly UslPoint[], isFree: readonly boolean[] = [true, true, true]): Coefficients {
  const columns = [0, 1, 2].filter((column) => isFree[column] === true)
  const fit = leastSquares(
    points.map((point) => columns.map((column) => relativeTerms(point)[column] ?? 0)),
    points.map(() => 1),
  )
  const valueOf = (column: number): number => fit?.coefficients[columns.indexOf(column)] ?? 0
  const [a, b, c] = [valueOf(0), valueOf(1), valueOf(2)]
  if (b >= 0 && c >= 0) return [a, b, c]
  return constrained(points, [true, isFree[1] === true && b >= 0, isFree[2] === true && c >= 0])
}

/** Estimates of the unconstrained fit with their 95% margins. */
interface Uncertain {
  readonly coefficients: Coefficients
  /** Returns the interval of the linear combination with these weights. */
  estimate(weights: Coefficients): ConfidenceInterval
  /** Returns the margin of a function of the coefficients with this gradient. */
  margin(gradient: Coefficients): number
  /** Returns the interval of a coefficient divided by a. */
  ratio(column: 1 | 2): ConfidenceInterval
}

function uncertain({ coefficients: [a = 0, b = 0, c = 0], covariance, freedom }: LinearFit): Uncertain {
  const t = freedom > 0 ? studentQuantile(QUANTILE, freedom) : Number.POSITIVE_INFINITY
  const margin = (gradient: Coefficients): number =>
    t *
    Math.sqrt(
      Math.max(
        0,
        dot(
          gradient,
          covariance.map((row) => dot(gradient, row)),
        ),
      ),
    )
  return {
    coefficients: [a, b, c],
    margin,
    estimate(weights) {
      const value = dot(weights, [a, b, c])
      return [value - margin(weights), value + margin(weights)]
    },
    ratio(column) {
      const value = (column === 1 ? b : c) / a
      const off = margin([-value / a, column === 1 ? 1 / a : 0, column === 2 ? 1 / a : 0])
      return [value - off, value + off]
    },
  }
}

/**
 * With u = 1/X* and v = 1/N*², the law gives v = c/(a − b) and u = 2√((a − b)c) + b − c. The delta method is applied to
 * u and v, which are closer to normal than N* and X*. A peak far beyond the measurement therefore has no upper bound.
 */
function peakIntervals(
  { coefficients: [a, b, c], margin }: Uncertain,
  peakClients: number,
  peakRps: number,
): { readonly clients: OpenInterval; readonly rps: OpenInterval } | null {
  if (!(a > b && c > 0)) return null
  const v = c / (a - b)
  const vMargin = margin([-v / (a - b), v / (a - b), 1 / (a - b)])
  const clients = 1 / Math.sqrt(v)
  const u = 2 * Math.sqrt((a - b) * c) + b - c
  const uMargin = margin([1 / clients, 1 - 1 / clients, clients - 1])
  const [low, high] = reciprocal([v - vMargin, v + vMargin])
  return {
    clients: around([Math.sqrt(low), high === null ? null : Math.sqrt(high)], peakClients),
    rps: around(reciprocal([u - uMargin, u + uMargin]), peakRps),
  }
}

function reciprocal([low, high]: ConfidenceInterval): OpenInterval {
  return [1 / high, low > 0 ? 1 / low : null]
}

/** Extends the interval to the point estimate of the constrained fit; without an upper bound if it is not finite. */
function around([low, high]: OpenInterval, value: number): OpenInterval {
  const isOpen = high === null || !Number.isFinite(high)
  return [Math.min(low, value), isOpen ? null : Math.max(high, value)]
}

/** Cuts the interval at 0 and extends it to the point estimate. */
function closed([low, high]: ConfidenceInterval, value: number): ConfidenceInterval {
  return [Math.max(0, Math.min(low, value)), Math.max(high, value)]
}

function dot(a: Coefficients, b: readonly number[]): number {
  return a.reduce((total, value, i) => total + value * (b[i] ?? 0), 0)
}
