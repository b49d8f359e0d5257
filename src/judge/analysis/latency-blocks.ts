import type { SparseHistogram } from '../../model/hdr.ts'
import type { JudgedFigures } from '../../model/figures.ts'
import type { WorkLatency } from '../../model/protocols-findings.ts'
import type { LoadResult } from '../../model/result.ts'
import { sum } from '../../model/sum.ts'
import type { Ms } from '../../model/units.ts'
import { type Latencies, latencyCourse, percentileOf, requestsIn } from '../verdict/latencies.ts'
import type { LatencySeries } from './protocol-differences.ts'

/**
 * Number of blocks of time of a run: enough for a proof with one value per block, each from as many requests as
 * possible.
 */
const BLOCKS = 20

/** Latencies over one protocol, of a run whose requests each went to a random protocol. */
export interface ProtocolLatency {
  readonly latency: LatencySeries
  readonly works: readonly LatencySeries[]
  readonly figures: readonly Omit<WorkLatency, 'protocol'>[]
}

/** The figures of one kind of work over one protocol. */
interface WorkFigures {
  readonly work: string
  readonly figures: JudgedFigures
}

/**
 * Returns the operations of one protocol in a mix whose entries are named after their protocols. A request without a
 * name has the name of its protocol only.
 */
export function workOver(protocol: string, { operations }: Pick<LoadResult, 'operations'>): readonly WorkFigures[] {
  return Object.entries(operations).flatMap(([name, figures]) => {
    if (name === protocol) return [{ work: 'request', figures }]
    return name.startsWith(`${protocol} `) ? [{ work: name.slice(protocol.length + 1), figures }] : []
  })
}

/** Splits the operations of a protocol into blocks of time. */
export function latencyOver(protocol: string, result: LoadResult): ProtocolLatency {
  const ofProtocol = workOver(protocol, result)
  const works = ofProtocol.map(({ work, figures }) => ({ work, blocks: blocksOf([figures]) }))
  return {
    latency: seriesOf('all', blocksOf(ofProtocol.map(({ figures }) => figures))),
    works: works.map(({ work, blocks }) => seriesOf(work, blocks)),
    figures: ofProtocol.map(({ work, figures }) => ({
      work,
      requests: figures.requestsScheduled,
      p50Ms: figures.responseTime.p50Ms ?? null,
      p95Ms: figures.responseTime.p95Ms ?? null,
      p99Ms: figures.responseTime.p99Ms ?? null,
    })),
  }
}

function seriesOf(work: string, blocks: readonly Latencies[]): LatencySeries {
  const at = (percentile: number): readonly (Ms | null)[] =>
    blocks.map((block) =>
      requestsIn(block) === 0 ? null : (percentileOf(block, percentile) ?? Number.POSITIVE_INFINITY),
    )
  return { work, p50Ms: at(50), p95Ms: at(95), p99Ms: at(99) }
}

/** Failed requests count as slower than any other, whether or not the target responded to them. */
function blocksOf(all: readonly JudgedFigures[]): readonly Latencies[] {
  return Array.from({ length: BLOCKS }, (_, block) => {
    const parts = all.map((figures) => {
      const { batches } = figures
      const times = latencyCourse(figures, 'responseTime').batches
      const count = batches.successes.length
      const [from, to] = [Math.ceil((block * count) / BLOCKS), Math.ceil(((block + 1) * count) / BLOCKS)]
      const failed = [...batches.errors.slice(from, to), ...batches.dropped.slice(from, to)]
      return { histograms: times.slice(from, to).map(({ histogram }) => histogram), failed: sum(failed) }
    })
    return {
      histogram: joined(parts.flatMap(({ histograms }) => histograms)),
      unanswered: sum(parts.map(({ failed }) => failed)),
    }
  })
}

function joined(histograms: readonly SparseHistogram[]): SparseHistogram {
  const total = new Map<number, number>()
  for (const { buckets, counts } of histograms) {
    for (let i = 0; i < buckets.length; i++) {
      const bucket = buckets[i] ?? 0
      total.set(bucket, (total.get(bucket) ?? 0) + (counts[i] ?? 0))
    }
  }
  const buckets = [...total.keys()].toSorted((a, b) => a - b)
  return { buckets, counts: buckets.map((bucket) => total.get(bucket) ?? 0) }
}
