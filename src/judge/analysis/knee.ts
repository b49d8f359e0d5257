/** Measured point of a curve; `x` is the load, in any unit. */
export interface CurvePoint {
  readonly x: number
  readonly y: number
}

/** Minimum distance of a knee from the straight line between the ends. */
const THRESHOLD = 0.1

/**
 * Returns the load at the knee of a curve (Kneedle; Satopää et al., 2011): with both axes normalised to 0–1, the point
 * farthest from the straight line between the ends. `convex` is for latency, which turns upward (x − y); `concave` is
 * for throughput, which flattens (y − x). Null with fewer than four loads, for a flat curve, or if no point is more
 * than 0.1 from the line.
 */
export function kneeOf(points: readonly CurvePoint[], shape: 'convex' | 'concave'): number | null {
  const curve = oneAtEachLoad(points)
  const first = curve[0]
  const last = curve.at(-1)
  if (curve.length < 4 || first === undefined || last === undefined) return null
  const lowest = Math.min(...curve.map(({ y }) => y))
  const height = Math.max(...curve.map(({ y }) => y)) - lowest
  if (height <= 0) return null

  let knee: number | null = null
  let farthest = THRESHOLD
  for (const { x, y } of curve) {
    const along = (x - first.x) / (last.x - first.x)
    const up = (y - lowest) / height
    const distance = shape === 'convex' ? along - up : up - along
    if (distance > farthest) [knee, farthest] = [x, distance]
  }
  return knee
}

/** Returns one point per load in ascending order; the mean if a load was measured several times. */
function oneAtEachLoad(points: readonly CurvePoint[]): CurvePoint[] {
  const byLoad = Map.groupBy(points, ({ x }) => x)
  return [...byLoad]
    .map(([x, same]) => ({ x, y: same.reduce((sum, { y }) => sum + y, 0) / same.length }))
    .sort((a, b) => a.x - b.x)
}
