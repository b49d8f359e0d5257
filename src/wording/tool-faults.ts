import type { ToolFault } from '../model/tool-fault.ts'
import { formatCount, formatMs, formatPercent, formatPlural } from './figures.ts'
import { sentenceFrom, type Sentences } from './sentences.ts'

export const toolFaultSentences: Sentences<ToolFault> = {
  undispatched: ({ undispatched, scheduled, unit }) =>
    `the generator did not dispatch ${formatCount(undispatched)} of ${formatPlural(scheduled, unit)}: it could not keep up`,
  'schedule-lag': ({ lagMs, allowedMs }) =>
    `schedule lag p99 ${formatMs(lagMs)} ms, allowed ${formatMs(allowedMs)} ms: the generator was late`,
  'generator-saturated': () => 'the generator could not keep up, so its own delays may be part of the latency',
  'sent-late': ({ lagMs }) =>
    `the generator was up to ${formatMs(lagMs)} ms late and then sent all overdue requests at once: apart from that ` +
    'time and its aftermath, this is not a fail',
  'lag-decides': ({ figure, withoutLagMs, undispatched, lagMs }) => {
    const how = [
      ...(undispatched === 0 ? [] : [`${formatPlural(undispatched, 'request')} not dispatched`]),
      ...(lagMs === null ? [] : [`schedule lag p99 ${formatMs(lagMs)} ms`]),
    ].join(', ')
    const alone = withoutLagMs === null ? '' : `; without that delay, ${figure} is ${formatMs(withoutLagMs)} ms`
    return `the generator was late${how === '' ? '' : ` (${how})`}${alone}`
  },
  'no-descriptors': () => 'the generator had no file descriptors left',
  'no-ports': () => 'the generator had no local ports left',
  'cores-taken': ({ cpuPercent, waitMs, lagMs }) => {
    const delays = [
      ...(waitMs > 0 ? [`the target waited for a core for up to ${formatMs(waitMs)} ms in a second`] : []),
      ...(lagMs > 0 ? [`the generator was up to ${formatMs(lagMs)} ms late`] : []),
    ].join(' and ')
    return `other processes used ${formatPercent(cpuPercent / 100)} of a core, ${delays}: without these delays, this is not a fail`
  },
  'cores-shared': ({ generatorPercent, targetPercent }) =>
    `the generator (${formatPercent(generatorPercent / 100)} of a core) and the target (${formatPercent(targetPercent / 100)}) ` +
    'filled the cores: without the generator, the target may not fail',
}

/** Returns the sentence for a fault of the generator or of this machine. */
export const toolFaultSentence: (fault: ToolFault) => string = sentenceFrom(toolFaultSentences)
