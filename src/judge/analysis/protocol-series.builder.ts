/** Test support: series of simulated protocols, for measuring how often a difference is claimed. */
import type { Ms } from '../../model/units.ts'
import { randomOf } from '../verdict/queue.builder.ts'
import type { LatencySeries, ProtocolSeries } from './protocol-differences.ts'

/** How a protocol differs from the others: factors of 1 are equal. */
export interface SimulatedProtocol {
  readonly rate?: number
  readonly latency?: number
  readonly lostPerCut?: number
  readonly reconnect?: number
}

/** What disturbs the measurements. */
export interface Disturbance {
  readonly name: string
  /** Standard deviation of the logarithm of a round, common to all protocols. */
  readonly common: number
  /** The same, of each protocol alone. */
  readonly own: number
  /** Standard deviation of the logarithm of a whole run over one protocol, which no round shows. */
  readonly lasting: number
  /** Chance that a round of one protocol takes three times as long. */
  readonly stalls: number
  /** Relative change of all figures from the first round to the last one. */
  readonly drift: number
}

const ROUNDS = 12
const BLOCKS = 20
const PER_BLOCK = 40
const WORKS = ['small read', 'small write', 'medium read', 'medium write', 'stream']

/** Simulates one comparison. */
export function simulatedSeries(
  protocols: readonly SimulatedProtocol[],
  noise: Disturbance,
  seed: number,
): readonly ProtocolSeries[] {
  const random = randomOf(seed)
  const normal = (): number => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random())
  const lognormal = (sigma: number): number => Math.exp(sigma * normal())
  const commons = (count: number): readonly number[] =>
    Array.from({ length: count }, (_, i) => lognormal(noise.common) * (1 + (noise.drift * i) / count))
  const [rounds, blocks, cuts] = [commons(ROUNDS), commons(BLOCKS), commons(ROUNDS)]
  const own = (): number => lognormal(noise.own) * (random() < noise.stalls ? 3 : 1)

  return protocols.map(({ rate = 1, latency = 1, lostPerCut = 0.5, reconnect = 1 }, index) => {
    const lasting = lognormal(noise.lasting)
    // Response times of an exponential tail over a fixed part.
    const drawn = (slow: number): Ms => latency * lasting * slow * (0.5 - Math.log(random()))
    const series = (work: string, perBlock: number): LatencySeries => {
      const values = blocks.map((common) => {
        const slow = common * own()
        return Float64Array.from({ length: perBlock }, () => drawn(slow)).sort()
      })
      const at = (share: number): readonly Ms[] => values.map((sorted) => sorted[Math.ceil(share * perBlock) - 1] ?? 0)
      return { work, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) }
    }
    return {
      protocol: `protocol ${index + 1}`,
      throughputRps: rounds.map((common) => (10_000 * rate) / (lasting * common * own())),
      heldShare: [0.5, 0.5],
      latency: series('all', PER_BLOCK),
      works: WORKS.map((work) => series(work, PER_BLOCK / WORKS.length)),
      lost: cuts.map(() => poisson(lostPerCut, random)),
      reconnectMs: cuts.map((common) => reconnect * (10 + 10 * random()) * common * own()),
    }
  })
}

function poisson(mean: number, random: () => number): number {
  let count = 0
  for (let left = Math.exp(-mean), product = random(); product > left; product *= random()) count++
  return count
}
