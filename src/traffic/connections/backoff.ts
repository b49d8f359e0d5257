import type { Random } from '../../model/pattern.ts'
import type { ReconnectOptions } from '../../model/protocol.ts'
import type { Ms } from '../../model/units.ts'

/**
 * Returns the wait before the next attempt after `failures` consecutive failures: `backoffMs · 2^(failures − 1)`, at
 * most `maxBackoffMs`; the share `jitter` of it is random. Returns Infinity once `attempts` are used up.
 */
export function backoffMs(failures: number, options: ReconnectOptions, random: Random): Ms {
  if (failures > options.attempts) return Number.POSITIVE_INFINITY
  const fullMs = Math.min(options.maxBackoffMs, options.backoffMs * 2 ** Math.max(0, failures - 1))
  return fullMs * (1 - options.jitter * random.next())
}
