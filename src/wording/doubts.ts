import { type Doubt, type DoubtFacts, type InlineReason, MISLEADING_DOUBTS } from '../model/doubt.ts'
import type { GeneratorFigures } from '../model/result.ts'
import {
  formatCount,
  formatCpu,
  formatDuration,
  formatMb,
  formatMs,
  formatNumber,
  formatPercent,
  formatPlural,
} from './figures.ts'
import { sentenceFrom } from './sentences.ts'

const inlineReasons = {
  'pattern-functions': 'the pattern is an object with functions',
  'journey-function': 'the journey is a function',
  'batch-function': '`batch` is a function',
  'protocol-functions': 'the protocol is an object with functions',
  'request-function': 'a request contains a function',
} as const satisfies Record<InlineReason, string>

/** One sentence per code: what happened, then what to do about it. */
const sentence = sentenceFrom<DoubtFacts>({
  'inline-run': ({ reason }) =>
    `the test's own thread generated the traffic because ${inlineReasons[reason]}; other code in that thread delays it`,
  'user-code-failed': ({ reason }) =>
    `code of the test failed and ended the run early (${reason}); its figures cover the time until then`,
  inspector: () => 'an inspector is attached, which slows the generator; detach it',
  'cold-generator': ({ reason }) =>
    `the generator could not warm up (${reason}), so the first requests include its own start-up; exclude them with ` +
    "warmUp: '1s'",
  coverage: () => 'code coverage is collected, which slows the generator; run load tests without it',
  steal: ({ stealRatio }) =>
    `the hypervisor gave ${formatPercent(stealRatio)} of this machine's CPU time to other machines, and latencies include ` +
    'those pauses; compare only runs with little steal, or use a machine with dedicated cores',
  'foreign-load': ({ cpuPercent, programs = [] }) => {
    const [busiest] = programs
    const most = programs.map((each) => `${each.name} ${formatNumber(each.cpuPercent)}%`).join(', ')
    return (
      `other processes used ${formatCpu(cpuPercent)}${most === '' ? '' : ` (${most})`}; stop them, or run the load test ` +
      `alone${busiest === undefined ? '' : `; if they work for the target: monitor: { also: ['${busiest.name}'] }`}`
    )
  },
  'shared-cores': ({ generatorPercent, targetPercent, cores }) =>
    `the generator (${formatCpu(generatorPercent)}) and the target (${formatNumber(targetPercent)}%) filled ` +
    `${formatPlural(cores, 'core')} and slowed each other down; lower the rate, or run the target on another machine`,
  'saturated-cpu': ({ runDelayRatio }) =>
    `the generator waited for a core ${formatPercent(runDelayRatio)} of the time; lower the rate, or run the generator on ` +
    'another machine',
  'generator-busy': ({ busyRatio }) =>
    `a generator thread was busy ${formatPercent(busyRatio)} of the time; use more threads or a lower rate`,
  'slow-start': ({ slowMs, firstMeanMs, restMeanMs, warmUpMs }) =>
    `the first ${formatDuration(slowMs)} were slower than the rest (mean ${formatMs(firstMeanMs)} ms, then ` +
    `${formatMs(restMeanMs)} ms); exclude them with warmUp: '${warmUpMs / 1_000}s'`,
  'descriptors-exhausted': ({ failedConnections, limit }) =>
    `${formatPlural(failedConnections, 'connection attempt')} failed because the process had no free file descriptors` +
    `${limit === null ? '' : ` (limit ${formatCount(limit)})`}; raise the limit (ulimit -n 4096) or lower maxConnections`,
  'ports-exhausted': ({ failedConnections, ports }) =>
    `${formatPlural(failedConnections, 'connection attempt')} failed because this machine had no free local ports` +
    `${ports === null ? '' : ` (it has ${formatCount(ports)})`}; use pooled connections, lower the rate, or widen ` +
    'net.ipv4.ip_local_port_range',
  'few-descriptors': ({ connections, limit, open, wanted }) =>
    `this process may open ${formatCount(limit)} files and has ${formatCount(open)} open, which leaves too few for ${formatPlural(connections, 'connection')}; ` +
    `raise the limit (ulimit -n ${wanted}) or lower maxConnections`,
  'few-ports': ({ rps, heldMs, neededPorts, ports }) =>
    `${formatNumber(rps)} short-lived connections per second need ${formatCount(neededPorts)} local ports, because each port stays in ` +
    `use for ${formatDuration(heldMs)} after its connection closes, and this machine has ${formatCount(ports)}; use pooled ` +
    'connections, lower the rate, or widen net.ipv4.ip_local_port_range',
  'little-memory': ({ neededMb, availableMb }) =>
    `messages in flight may need ${formatMb(neededMb)} of memory, and ${formatMb(availableMb)} are available; ` +
    'lower messageSize or maxConnections',
  'many-threads': ({ threads, cores }) =>
    `${threads} generator threads share ${cores} cores with all other processes; use at most ${Math.max(1, cores - 1)}`,
  'generator-suspended': ({ count, suspendedMs }) =>
    `the generator was suspended for ${formatDuration(suspendedMs)}${inPieces(count)} and then sent all overdue requests ` +
    'at once; do not pause its process, its container or its machine during a run',
  'generator-blocked': ({ count, blockedMs }) =>
    `code in a generator thread blocked it for ${formatDuration(blockedMs)}${inPieces(count)}; move long computations out ` +
    "of the test's thread",
  'generator-starved': ({ count, starvedMs }) =>
    `a generator thread waited for a core for ${formatDuration(starvedMs)}${inPieces(count)}; stop other processes, or ` +
    'run the generator on another machine',
  'unsolicited-messages': ({ count }) =>
    `${formatPlural(count, 'unsolicited message')} arrived, and responses are matched by ` +
    'order, so unsolicited messages may have been counted as responses; identify them with ' +
    "ignore: { bodyIncludes: '…' } in the request, match by correlate: 'id' (WebSocket), set replies if a request has " +
    'several responses, or read a greeting in a setup: { replies: 1 }',
  'stray-output': ({ lines }) =>
    `the server printed ${formatPlural(lines, 'line')} of other text on its standard output (stdout), where some clients ` +
    'accept only messages; logs belong on stderr',
  'metric-units': ({ name, unit, otherUnit }) =>
    `metric ${name} was recorded in ${unit} and in ${otherUnit}, and its figures contain only the values in ${unit}; ` +
    'convert the values, or use another name',
  'only-redirects': ({ count, status }) =>
    `${count === 1 ? 'the response was a redirect' : `all ${formatCount(count)} responses were redirects`} (${status}), ` +
    'which are not followed, so these are not the figures of the page; request the final path, or set ' +
    'ok: [[200, 299]] to count redirects as errors',
  'target-speaks-tls': ({ url }) => `the server speaks TLS on this port; write target: '${url}'`,
  'proxy-ignored': ({ variable }) =>
    `${variable} is set, and the load did not use this proxy: it connects to the target directly`,
})

/** Returns the doubt with its message. */
export function doubt(facts: DoubtFacts): Doubt {
  return Object.freeze({ ...facts, message: sentence(facts) })
}

interface Doubted {
  readonly generator: Pick<GeneratorFigures, 'doubts'>
}

/** Sorts doubts about what was measured before those about how exactly it was measured. */
export function misleadingFirst(doubts: readonly Doubt[]): readonly Doubt[] {
  return doubts.toSorted((a, b) => Number(MISLEADING_DOUBTS.has(b.code)) - Number(MISLEADING_DOUBTS.has(a.code)))
}

/** Returns one line per doubt code: "Doubt in 2 of 7 runs (figures of the first): foreign-load: …". */
export function doubtLines(results: readonly Doubted[]): string[] {
  const byCode = Map.groupBy(misleadingFirst(results.flatMap(({ generator }) => generator.doubts)), ({ code }) => code)
  return Array.from(byCode, ([code, doubts]) => {
    // A run may have several doubts of one code, such as one for each metric.
    const runs = results.filter(({ generator }) => generator.doubts.some((each) => each.code === code)).length
    const where = results.length === 1 ? '' : ` in ${formatCount(runs)} of ${formatPlural(results.length, 'run')}`
    const messages = [...new Set(doubts.map(({ message }) => message))]
    const figures = messages.length === 1 ? '' : ' (figures of the first)'
    return `Doubt${where}${figures}: ${code}: ${messages[0] ?? ''}`
  })
}

/** Returns the number of pauses if there was more than one. */
function inPieces(count: number): string {
  return count === 1 ? '' : ` in ${formatCount(count)} pauses`
}
