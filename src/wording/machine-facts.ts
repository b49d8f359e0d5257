import type { MachineFacts, MachineFinding } from '../model/machine-check.ts'
import { formatCount, formatMs, formatNumber, formatPercent, formatPlural, formatRate } from './figures.ts'
import { sentenceFrom } from './sentences.ts'

const QUIETER = 'stop other processes, or run load tests on a machine that has nothing else to do'

/** What is wrong. */
const meaning = sentenceFrom<MachineFacts>({
  'few-descriptors': ({ limit, connections }) =>
    `this process may open ${formatPlural(limit, 'file')}, which leaves ${formatPlural(connections, 'connection')}; load ` +
    'tests use up to 100 by default',
  'few-ports': ({ ports }) => `this machine has ${formatPlural(ports, 'local port')} for outgoing connections`,
  'late-timers': ({ lagP99Ms }) =>
    `timers fire up to ${formatMs(lagP99Ms)} ms late (p99), so requests would be sent too late`,
  steal: ({ stealRatio }) =>
    `the hypervisor gives ${formatPercent(stealRatio)} of the CPU time to other machines, and latencies include these pauses`,
  'foreign-load': ({ foreignCores, cores }) =>
    `other processes use ${formatNumber(foreignCores)} of ${formatPlural(cores, 'core')}, which slows the generator and ` +
    'the service',
  'small-quota': ({ quotaCores }) =>
    `a CPU quota allows ${formatNumber(quotaCores)} cores; the kernel stops the generator when it has used them up`,
  throttled: ({ quotaCores, throttledRatio }) =>
    `the CPU quota of ${formatNumber(quotaCores)} cores stopped the generator in ${formatPercent(throttledRatio)} of the ` +
    'scheduling periods at a low rate',
  'slow-generator': ({ heldRps }) =>
    heldRps === 0 ? 'the generator sent no rate on time' : `the generator sends only ${formatRate(heldRps)} on time`,
  'pairs-disturbed': ({ excluded, pairs }) =>
    `other processes disturbed ${formatCount(excluded)} of ${formatPlural(pairs, 'pair')} of blocks, so that comparisons ` +
    'would be invalid',
  'noisy-pairs': ({ scatter, tolerance }) =>
    `equal servers differ by ${formatPercent(scatter)} between blocks, so that comparisons need a tolerance of ` +
    formatPercent(tolerance),
  'step-failed': ({ step, reason }) => `the check could not measure ${step}: ${reason}`,
  'one-core': () => 'the generator and a service on this machine share one core, and slow each other down',
  'unknown-noise': () => 'this system does not report steal and the load of other processes',
})

/** What to do about it. */
const remedy = sentenceFrom<MachineFacts>({
  'few-descriptors': () => 'raise the limit (ulimit -n 4096), in CI in the step that runs the tests',
  'few-ports': () => 'widen net.ipv4.ip_local_port_range, for example to 10000 65000',
  'late-timers': () => QUIETER,
  steal: () => 'use a machine with dedicated cores, or compare side by side (`against`) instead of with limits',
  'foreign-load': () => QUIETER,
  'small-quota': () => 'give the container at least 1 core for the generator, and what the service needs in addition',
  throttled: () => 'raise the CPU limit of the container',
  'slow-generator': () => QUIETER,
  'pairs-disturbed': () => QUIETER,
  'noisy-pairs': () => 'use longer blocks or a higher rate, compare the CPU time, or use a quieter machine',
  'step-failed': () => 'fix the cause and run describe-load doctor again',
  'one-core': () => 'keep the rate low, or run the service on another machine',
  'unknown-noise': () => 'check the load of the machine yourself, or run load tests on Linux',
})

/** Returns a fact with its sentences. */
export function machineFinding(kind: MachineFinding['kind'], facts: MachineFacts): MachineFinding {
  return { ...facts, kind, message: meaning(facts), remedy: remedy(facts) }
}
