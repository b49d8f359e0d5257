import type { Random } from '../../model/pattern.ts'
import type { ReconnectOptions } from '../../model/protocol.ts'
import type { Ms } from '../../model/units.ts'

/**
 * The wait before the next attempt after `failures` in a row: `backoffMs · 2^(failures − 1)`, at most `maxBackoffMs`, of
 * which the share `jitter` is drawn at random. Infinity once `attempts` are used up.
 */
export function backoffMs(failures: number, options: ReconnectOptions, random: Random): Ms {
  if (failures > options.attempts) return Number.POSITIVE_INFINITY
  const fullMs = Math.min(options.maxBackoffMs, options.backoffMs * 2 ** Math.max(0, failures - 1))
  return fullMs * (1 - options.jitter * random.next())
}
