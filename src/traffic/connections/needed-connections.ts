import type { Ms, Rps } from '../../model/units.ts'

/** Traffic parameters known before the first request. */
interface ExpectedTraffic {
  /** Peak rate of the requests that share the pool. */
  readonly peakRps: Rps
  /** Requests that share one intended start. */
  readonly batchSize: number
}

/** Maximum delay of the start of the run while further pooled connections open after the first. */
export const MORE_CONNECTIONS_MS: Ms = 1_000

/**
 * Assumed service time if connecting did not take longer. A target that responds within 10 ms never waits for a
 * connection, and a short pause of it does not open a burst of new connections.
 */
const ASSUMED_SERVICE_MS: Ms = 10

/**
 * Number of connections that a rate needs: ⌈b(a + 3√a) / m⌉, at least 1.
 *
 * a = λS/b is the mean number of batches in flight by Little's law, and √a its standard deviation for Poisson arrivals.
 * λ is the peak rate, b the batch size and m the number of requests that one connection carries at once. The service
 * time S is not known before the run: it is taken as 10 ms, or as the time that the first connection took to open,
 * whichever is longer, because opening a connection takes at least one round trip.
 */
export function connectionsForRate(
  { peakRps, batchSize }: ExpectedTraffic,
  connectMs: Ms,
  maxInFlight: number,
): number {
  const batches = (peakRps * Math.max(ASSUMED_SERVICE_MS, connectMs)) / 1_000 / batchSize
  return Math.max(1, Math.ceil((batchSize * (batches + 3 * Math.sqrt(batches))) / maxInFlight))
}
