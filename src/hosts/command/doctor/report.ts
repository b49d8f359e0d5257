import type { ChalkInstance } from 'chalk'
import { LOOK_PAIRS, pairsDurationMs, pairWarmUpMs } from '../../../model/comparison.ts'
import type { CeilingFigures, MachineCheck, MachineFinding, NoiseFigures } from '../../../model/machine-check.ts'
import { COMPARISON_WARM_UP_MS, DEFAULT_BLOCK_MS } from '../../../plan/comparison.ts'
import type { Ms } from '../../../model/units.ts'
import { labelled, wrap } from '../../../report/page.ts'
import {
  formatCount,
  formatDuration,
  formatMb,
  formatMs,
  formatNumber,
  formatPercent,
  formatPlural,
  formatRate,
} from '../../../wording/figures.ts'

type Colors = Pick<ChalkInstance, 'bold' | 'dim' | 'green' | 'red' | 'yellow'>

const LABELS = 14
/** The blocks of a comparison by default. */
const USUAL_BLOCKS = { blockMs: DEFAULT_BLOCK_MS, mode: 'turns' } as const
const WARM_UP_MS: Ms = pairWarmUpMs(COMPARISON_WARM_UP_MS, USUAL_BLOCKS)

/** Returns the lines of a check for a terminal of 80 columns. */
export function reportOf(check: MachineCheck, colors: Colors): string {
  return [
    ...facts(check).map(([label, text]) => labelled(label, text, 0, LABELS)),
    '',
    ...check.findings.flatMap((finding, index) =>
      // Several problems of a busy machine have the same remedy.
      findingLines(finding, check.findings[index + 1]?.remedy !== finding.remedy, colors),
    ),
    verdictLine(check, colors),
    ...recommendation(check, colors),
  ].join('\n')
}

function facts(check: MachineCheck): readonly (readonly [label: string, text: string])[] {
  const { environment, quiet, ceiling, noise } = check
  const { cpus, cpu, memoryMb, os, node } = environment
  return [
    [
      'machine',
      `${formatPlural(cpus, 'core')} (${cpu ?? 'unknown CPU'}), ${formatMb(memoryMb)}, ${os}, Node.js ${node}`,
    ],
    ['CPU quota', check.cpuQuotaCores === null ? 'none' : `${formatNumber(check.cpuQuotaCores)} cores`],
    ['descriptors', descriptorsOf(check)],
    ['ports', portsOf(check)],
    [
      'timers',
      quiet === null
        ? MISSING
        : `late by ${formatMs(quiet.lagP50Ms)} ms (p50), ${formatMs(quiet.lagP99Ms)} ms (p99), at most ${formatMs(quiet.lagMaxMs)} ms`,
    ],
    ['steal', quiet === null ? MISSING : quiet.stealRatio === null ? UNKNOWN : formatPercent(quiet.stealRatio)],
    [
      'other load',
      quiet === null
        ? MISSING
        : quiet.foreignCores === null
          ? UNKNOWN
          : `${formatPlural(Number(quiet.foreignCores.toFixed(2)), 'core').replace(/^\S+/, formatNumber(Number(quiet.foreignCores.toFixed(2))))} of ${cpus}`,
    ],
    ['generator', ceiling === null ? MISSING : ceilingOf(ceiling)],
    ['scatter', noise === null ? MISSING : scatterOf(noise)],
    ['comparisons', noise === null ? MISSING : comparisonsOf(noise)],
  ]
}

const MISSING = 'not measured'
const UNKNOWN = 'not reported by this system'

function descriptorsOf({ descriptors }: MachineCheck): string {
  if (descriptors === null) return UNKNOWN
  const { limit, open, connections } = descriptors
  return `${formatCount(limit)}, ${formatCount(open)} of them open: up to ${formatPlural(connections, 'connection')}`
}

function portsOf({ ports }: MachineCheck): string {
  if (ports === null) return UNKNOWN
  const { count, localRps, remoteRps } = ports
  return (
    `${formatCount(count)}: up to ${formatCount(localRps)} short-lived connections/s to this machine, ` +
    `${formatCount(remoteRps)}/s to another one`
  )
}

function ceilingOf({ heldRps, lateRps, lateLagP99Ms }: CeilingFigures): string {
  const held = heldRps === null ? 'sends no rate on time' : `sends up to ${formatRate(heldRps)} on time`
  const late =
    lateRps === null
      ? ', the highest rate tried'
      : `; not ${formatRate(lateRps)}${lateLagP99Ms === null ? '' : `, p99 ${formatMs(lateLagP99Ms)} ms late`}`
  return `${held}${late}`
}

const SHORT_NAMES: Readonly<Record<string, string>> = { p50: 'median', mean: 'mean', cpu: 'CPU' }

function scatterOf({ metrics, pairs, excluded, blockMs, rate }: NoiseFigures): string {
  const how =
    `${formatPlural(pairs, 'pair')} of ${formatDuration(blockMs)} blocks, ${formatRate(rate)} to equal servers of 10 ms` +
    (excluded === 0 ? '' : `, ${formatCount(excluded)} disturbed`)
  const each = metrics.map(({ metric, scatter }) => `${SHORT_NAMES[metric] ?? metric} ${formatPercent(scatter)}`)
  return each.length === 0 ? `unknown (${how})` : `${each.join(', ')} (${how})`
}

function comparisonsOf({ tolerance, provable }: NoiseFigures): string {
  if (tolerance === null || provable === null) return 'unknown, with too few undisturbed pairs'
  const [shortest, , longest] = LOOK_PAIRS.map((pairs) =>
    formatDuration(WARM_UP_MS + pairsDurationMs(pairs, USUAL_BLOCKS)),
  )
  return (
    `show a slowdown of ${formatPercent(Math.ceil(1_000 * provable) / 1_000)} with a tolerance of ` +
    `${formatPercent(tolerance)}, in ${shortest} to ${longest}`
  )
}

function findingLines({ kind, message, remedy }: MachineFinding, isLast: boolean, colors: Colors): readonly string[] {
  const color = kind === 'problem' ? colors.red : colors.yellow
  // Colors are added after wrapping, because their codes have no width.
  const text = labelled(kind, message, 0, LABELS)
  return [`${color(kind)}${text.slice(kind.length)}`, ...(isLast ? [labelled('', `→ ${remedy}`, 0, LABELS), ''] : [])]
}

function verdictLine({ isFit, isComplete, findings }: MachineCheck, colors: Colors): string {
  const problems = findings.filter(({ kind }) => kind === 'problem').length
  if (problems > 0) {
    return colors.red(colors.bold(`Not fit for load tests: ${formatPlural(problems, 'problem')}.`))
  }
  if (!isComplete) return colors.yellow('Interrupted: what was measured until then has no problem.')
  return isFit ? colors.green(colors.bold('Fit for load tests.')) : ''
}

/** Returns what to paste. */
function recommendation({ recommended, isQuick, noise }: MachineCheck, { dim }: Colors): readonly string[] {
  if (recommended === null) return []
  const { rate, durationMs, tolerance, maxRate } = recommended
  const plan = [`rate: ${rate},`, `duration: '${durationMs / 1_000}s',`] as const
  const note = (line: string, text: string): string => `  ${line.padEnd(36)}${dim(`// ${text}`)}`
  const isRough = isQuick && noise !== null
  return [
    '',
    'A load test here:',
    note(plan[0], `up to ${formatCount(maxRate)}, if the service allows it`),
    note(plan[1], 'proves a p99 at this rate'),
    ...(tolerance === null
      ? []
      : [
          'A comparison of two versions (`against`):',
          note(plan[0], 'the scatter was measured at this rate'),
          note(`comparison: { tolerance: ${tolerance} },`, 'LOAD_AA=1 measures your service'),
        ]),
    ...(isRough
      ? [
          wrap(
            '--quick: short blocks scatter more than those of a comparison. Without it, the check takes a minute.',
            0,
          ),
        ]
      : []),
  ]
}
