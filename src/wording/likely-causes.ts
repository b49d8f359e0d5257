import type { LikelyCause } from '../model/likely-cause.ts'
import { bottleneckRemedies } from './bottleneck.ts'
import { formatCpu, formatDuration, formatMs, formatNumber, formatPercent, formatPlural } from './figures.ts'
import { sentenceFrom } from './sentences.ts'

/** Returns the sentence of a cause: what was seen, what it means, and what to do. */
export const likelyCauseSentence: (cause: LikelyCause) => string = sentenceFrom<LikelyCause>({
  'pool-full': ({ connections, fullRatio, waitMs }) =>
    `The connection pool is too small: all ${formatPlural(connections, 'connection')} were in use ` +
    `${formatPercent(fullRatio)} of the time, and slow requests waited ${formatMs(waitMs)} ms for a free one. ` +
    bottleneckRemedies.connections,
  'target-thread-full': ({ cpuPercent }) =>
    `The target's CPU is saturated: its busiest process used ${formatCpu(cpuPercent)}, the maximum of one thread. ` +
    'Profile the target under this load, or run more processes or instances.',
  'target-quota-full': ({ cpuPercent, quotaPercent }) =>
    `The target's CPU is saturated: it used ${formatCpu(cpuPercent)}, and its CPU quota allows ` +
    `${formatNumber(quotaPercent)}%. Raise the quota, or run more instances.`,
  'target-starved': ({ cpuPercent, waitRatio }) =>
    `The target did not get enough CPU: it used ${formatCpu(cpuPercent)}, and waited for a core ` +
    `${formatPercent(waitRatio)} of the time. Stop other processes, or give the target dedicated cores.`,
  'target-stalled': ({ fromMs, toMs, waiting, cpuPercent }) =>
    `The target stalled: no response arrived from ${formatDuration(fromMs)} to ${formatDuration(toMs)}, while ` +
    `${formatPlural(waiting, 'request')} waited${cpuPercent === null ? '' : ` and the target used ${formatCpu(cpuPercent)}`}. ` +
    STALLS,
  'target-waited': ({ serviceMs, cpuPercent }) =>
    `The target waits for something else: half of its responses took over ${formatMs(serviceMs)} ms, and it used only ` +
    `${formatCpu(cpuPercent)}. ${bottleneckRemedies['downstream-wait']}`,
  errors: ({ errorClass, count, first }) =>
    `${formatPlural(count, 'request')} failed with ${errorClass}; the first: ${first}`,
})

const STALLS =
  'Check what it waited for at that time: a downstream service, a lock, a garbage collection or a flush to disk.'
