/**
 * The bucket layout of custom metrics: like that of latencies, but for numbers of any magnitude. Each power of two from
 * 2⁻²⁰ (about 10⁻⁶) to 2⁴³ is divided into 1 024 buckets, so that a bucket is at most 0.1% wide. Bucket 0 holds zero
 * and everything below 2⁻²⁰. The lower edge of a bucket represents it: whole numbers up to 2 048 are lower edges, so
 * they are exact.
 */
const SUB_BUCKET_BITS = 10
const SUB_BUCKETS = 1 << SUB_BUCKET_BITS
/** Exponent of the smallest value above bucket 0. */
const LOWEST_EXPONENT = -20
const LOWEST = 2 ** LOWEST_EXPONENT
/** Largest value that a metric accepts. The layout covers it, with bucket numbers of 16 bits. */
export const HIGHEST_VALUE = 1e12

const bits = new DataView(new ArrayBuffer(8))

/** Returns the bucket of a value in 0 … `HIGHEST_VALUE`, from the exponent and the first bits of its mantissa. */
export function bucketOfValue(value: number): number {
  if (value < LOWEST) return 0
  bits.setFloat64(0, value)
  const high = bits.getUint32(0)
  const octave = ((high >>> 20) & 0x7ff) - 1_023 - LOWEST_EXPONENT
  return 1 + (octave << SUB_BUCKET_BITS) + ((high >>> SUB_BUCKET_BITS) & (SUB_BUCKETS - 1))
}

/** Returns the lowest value of a bucket. */
export function lowestIn(bucket: number): number {
  if (bucket <= 0) return 0
  return 2 ** (octaveOf(bucket) + LOWEST_EXPONENT) * (1 + ((bucket - 1) % SUB_BUCKETS) / SUB_BUCKETS)
}

/** Returns the middle of a bucket. */
export function middleOf(bucket: number): number {
  return bucket === 0 ? 0 : (lowestIn(bucket) + lowestIn(bucket + 1)) / 2
}

/** Number of powers of two that a histogram of whole numbers below 2⁵³ can hold at a precision of 0.1%. */
const MAX_OCTAVES = 42

/**
 * Returns the unit in which all of these buckets, in ascending order, are whole numbers of an HDR histogram: a power of
 * two that gives the smallest value 12 bits. If the largest value is more than 2⁴² times as large, the smallest values
 * are less precise.
 */
export function resolutionFor(buckets: ArrayLike<number>): number {
  const first = buckets[0] === 0 ? buckets[1] : buckets[0]
  const last = buckets[buckets.length - 1]
  if (first === undefined || last === undefined) return LOWEST
  const octave = Math.max(octaveOf(first), octaveOf(last) + 1 - MAX_OCTAVES)
  return 2 ** (octave + LOWEST_EXPONENT - SUB_BUCKET_BITS - 1)
}

function octaveOf(bucket: number): number {
  return (bucket - 1) >> SUB_BUCKET_BITS
}
