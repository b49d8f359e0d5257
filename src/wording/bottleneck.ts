import type { BottleneckEvidence, BottleneckFacts, BottleneckResource } from '../model/bottleneck.ts'
import { formatCpu, formatMb, formatMs, formatNumber, formatPercent, formatPlural, formatRate } from './figures.ts'
import { sentenceFrom } from './sentences.ts'

const sentence = sentenceFrom<BottleneckFacts>({
  'not-delivered': ({ rateRps, reason }) =>
    `at ${formatRate(rateRps)}: ${reason === null ? 'the generator was the limit' : reason.message}`,
  'generator-use': ({ cpuPercent, threads, busyRatio }) =>
    `the generator used ${formatCpu(cpuPercent)} in ${formatPlural(threads, 'thread')}, and its event loop was busy ` +
    `${formatPercent(busyRatio)} of the time`,
  'generator-waited': ({ runDelayRatio }) =>
    `the generator waited for a core ${formatPercent(runDelayRatio)} of the time`,
  'generator-had-time': ({ busyRatio }) =>
    `the generator was not the limit: its event loop was busy ${formatPercent(busyRatio)} of the time`,
  'thread-full': ({ cpuPercent, processes, busiestPercent }) =>
    `${usedBy(cpuPercent, processes)}${processes <= 1 ? '' : ` (the busiest ${formatNumber(busiestPercent)}%)`}, which ` +
    'is the maximum for one thread',
  'cores-full': ({ cpuPercent, processes, machinePercent }) =>
    `${usedBy(cpuPercent, processes)}, and the machine has ${formatNumber(machinePercent)}%`,
  'quota-full': ({ cpuPercent, quotaPercent, throttledRatio }) =>
    `the target used ${formatCpu(cpuPercent)}, and its control group allows ${formatNumber(quotaPercent)}% (CPU quota); ` +
    `the quota stopped it in ${formatPercent(throttledRatio)} of the scheduling periods`,
  'cores-shared': ({ targetPercent, generatorPercent, machinePercent, runDelayRatio }) =>
    `the target used ${formatCpu(targetPercent)} and the generator ${formatNumber(generatorPercent)}%, together ` +
    `${formatNumber(targetPercent + generatorPercent)}% of the ${formatNumber(machinePercent)}% on this machine` +
    (runDelayRatio === null ? '' : `; the generator waited for a core ${formatPercent(runDelayRatio)} of the time`) +
    '; on a separate machine, the target may sustain more',
  'memory-full': ({ usedMb, machineMb, calmMb }) =>
    `the target used ${formatMb(usedMb)} of the machine's ${formatMb(machineMb)}, and ${formatMb(calmMb)} far below the ` +
    'limit',
  'connections-full': ({ connections, serviceMs, maxRps, fullRatio }) =>
    `${formatPlural(connections, 'connection')}, each busy for ${formatMs(serviceMs)} ms per request, allow at most ` +
    `${formatRate(maxRps)}; all of them were in use ${formatPercent(fullRatio)} of the time`,
  'pool-full': ({ connections, fullRatio }) =>
    `all ${formatPlural(connections, 'connection')} were in use ${formatPercent(fullRatio)} of the time`,
  'service-time-same': ({ calmMs, overloadedMs }) =>
    `the service time was ${formatMs(calmMs)} ms far below the limit and ${formatMs(overloadedMs)} ms here, so the ` +
    'target did not become slower; raise maxConnections for a higher rate',
  'service-time': ({ calmMs, overloadedMs }) =>
    `the mean service time was ${formatMs(calmMs)} ms far below the limit and ${formatMs(overloadedMs)} ms above it`,
  'link-full': ({ usedMbit, linkMbit }) =>
    `the network traffic was ${formatNumber(usedMbit)} Mbit/s, close to the ${formatNumber(linkMbit)} Mbit/s of a ` +
    'common link',
  'target-waits': ({ calmMs, overloadedMs, busiestPercent, cpuPercent }) =>
    `the service time rose from ${formatMs(calmMs)} ms to ${formatMs(overloadedMs)} ms while no process of the target ` +
    `used more than ${formatCpu(busiestPercent)} (${formatNumber(cpuPercent)}% in total): the target waits for a ` +
    'downstream service, a lock, or its own workers',
  'target-refuses': ({ errorRate, class: errorClass, first }) =>
    `the target answered ${formatPercent(errorRate)} of the requests with errors: ${errorClass}, first error: ${first}`,
  'nothing-full': () => 'no monitored resource was full',
  'remote-cpu': ({ cpuPercent }) =>
    `the target used ${formatCpu(cpuPercent)}; the number of cores and the memory of a remote machine are unknown`,
  'not-monitored': ({ why }) => `the target's CPU and memory were not monitored${why === null ? '' : `: ${why}`}`,
  'pauses-at-every-rate': () => 'the target pauses at every rate, so no resource was loaded to its limit',
  'errors-at-every-rate': () => 'the target responds with errors at every rate, so no resource limits it',
  'nothing-exhausted': ({ rateRps }) =>
    `no resource was exhausted up to ${formatRate(rateRps)}, where the search ended`,
})

/** What to do about each exhausted resource. */
export const bottleneckRemedies: Readonly<Record<BottleneckResource, string>> = {
  'target-cpu': 'Profile the target under this load, or give it more cores or instances.',
  'target-memory': 'Find what the target retains, or give it more memory.',
  connections: 'Raise maxConnections if your clients open that many connections; otherwise shorten the service time.',
  network: 'Send less (compression, smaller responses), or use a faster link.',
  'downstream-wait': 'Check what a request waits for: worker and connection pools, locks, a database, other services.',
  refusal: 'Raise the limit that refuses requests, if the target can serve more without it.',
  generator: 'Run the generator on a separate machine or with more cores (threads), then search again.',
}

/** Returns the observation with its message. */
export function bottleneckEvidence(facts: BottleneckFacts): BottleneckEvidence {
  return { ...facts, message: sentence(facts) }
}

function usedBy(cpuPercent: number, processes: number): string {
  const where =
    processes === 0
      ? ''
      : processes === 1
        ? ' in one process'
        : ` in ${formatPlural(processes, 'process', 'processes')}`
  return `the target used ${formatCpu(cpuPercent)}${where}`
}
