/** What a program of this folder prints as its last line: what its load cost, and what it saw. */
export interface Measured {
  readonly requests: number
  /** Requests before those, in the warm-up. */
  readonly warmUpRequests: number
  /** CPU time of the threads that send, without their start. */
  readonly threadsUs: number
  /** CPU time of the whole process, with its start and the warm-up. */
  readonly wholeUs: number
  /** Maximum memory of the process. */
  readonly peakMb: number
  readonly serviceP50Ms: number | null
  readonly lagP99Ms?: number | null
}

/** Prints what a load cost, and ends the program. */
export function finish(load: Omit<Measured, 'wholeUs' | 'peakMb'>): never {
  const { user, system } = process.cpuUsage()
  const measured: Measured = { ...load, wholeUs: user + system, peakMb: process.resourceUsage().maxRSS / 1_024 }
  console.log(JSON.stringify(measured))
  process.exit()
}

/** Measures the CPU time of this thread from now on. */
export function startCpu(): () => number {
  const before = process.threadCpuUsage()
  return () => {
    const { user, system } = process.threadCpuUsage(before)
    return user + system
  }
}

/** Histogram of microseconds with 16 buckets per power of two: values are exact to 6%, and to 0.5 µs. */
export class Histogram {
  readonly #counts = new Uint32Array(1_024)
  #count = 0

  add(us: number): void {
    const power = 31 - Math.clz32(us | 16)
    const bucket = ((power - 4) << 4) + (us >>> (power - 4))
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
    this.#count++
  }

  /** Returns the median in ms, in the middle of its bucket; null if there are no values. */
  get p50Ms(): number | null {
    let seen = 0
    for (const [bucket, count] of this.#counts.entries()) {
      seen += count
      if (2 * seen >= this.#count && seen > 0) return middleUs(bucket) / 1_000
    }
    return null
  }
}

/** Inverse of the bucket number: buckets 16 to 31 of each power of two. */
function middleUs(bucket: number): number {
  if (bucket < 32) return bucket + 0.5
  const power = (bucket >> 4) - 1
  return ((bucket & 15) + 16.5) * 2 ** power
}
