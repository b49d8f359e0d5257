import {
  LOOK_PAIRS,
  MAX_EXCLUDED,
  type PairBlocks,
  pairMs,
  PAUSE_MS,
  pairsDurationMs,
  pairWarmUpMs,
} from '../model/comparison.ts'
import type { PlanIssue } from '../model/errors.ts'
import type { ComparisonOptions } from '../model/plan.ts'
import {
  flag,
  isRecord,
  numberWhere,
  objectOf,
  oneOf,
  present,
  type Reader,
  readKeys,
  readTexts,
  text,
  timeoutDuration,
} from '../model/readers.ts'
import { type Against, isCommand, isRef, isShared, type RefTarget, type Target } from '../model/target.ts'
import { parseDuration, type Count, type Ms } from '../model/units.ts'
import { formatDuration } from '../wording/figures.ts'
import { namedProtocol } from './protocol.ts'
import { isMix, shownOf } from './requests.ts'
import type { ResolvedComparison, ResolvedPlan } from './resolved-plan.ts'
import { readCommandLine, targetReader } from './target.ts'
import type { PlanVocabulary } from './vocabulary.ts'

type Plan = Readonly<Record<string, unknown>>

const TOLERANCE = 0.05
/** Length of a block, if the plan does not say. */
export const DEFAULT_BLOCK_MS: Ms = 4_000
/** Two targets and two generators run at the same time. */
const DUET_CORES: Count = 4
const [MIN_PAIRS, , LAST_LOOK] = LOOK_PAIRS
/** The last look needs this many pairs if as many as possible are excluded. */
const MAX_PAIRS: Count = Math.floor(LAST_LOOK / (1 - MAX_EXCLUDED))
/** Unmeasured traffic of each target before a comparison, if the plan does not say: they have just been started. */
export const COMPARISON_WARM_UP_MS: Ms = 8_000

const readBlock: Reader<Ms> = (value, key, issues) => {
  const ms = parseDuration(value)
  // Figures are kept per slice of 100 ms.
  if (ms !== undefined && ms >= 1_000 && ms <= 60_000 && ms % 100 === 0) return ms
  const rule = "must be from '1s' to '60s', in steps of 100 ms"
  issues.push({ key, value, rule, remedy: `write ${key}: '4s'` })
  return undefined
}

const readOptions = objectOf(
  {
    tolerance: numberWhere('must be above 0 and at most 1', (value) => value > 0 && value <= 1),
    block: readBlock,
    mode: oneOf(['turns', 'duet']),
  } satisfies Readonly<Record<keyof ComparisonOptions, Reader<unknown>>>,
  "{ tolerance: 0.05, block: '4s' }",
)

interface ComparisonContext {
  /** Longest duration of the plan. */
  readonly durationMs: Ms | undefined
  readonly isSelf: boolean
  readonly cores: Count | undefined
}

/** Reads `against` and `comparison`. Undefined if the plan has no comparison, or if it has an issue. */
export function resolveComparison(
  plan: Plan,
  { durationMs, isSelf, cores = DUET_CORES }: ComparisonContext,
  vocabulary: PlanVocabulary,
  issues: PlanIssue[],
): ResolvedComparison | undefined {
  const { against: written, comparison } = plan
  const before = issues.length
  const options = comparison === undefined ? undefined : readOptions(comparison, 'comparison', issues)
  if (written === undefined) {
    if (comparison === undefined) return undefined
    const remedy = "write against: 'http://127.0.0.1:3001', or against: { ref: 'origin/main' }"
    issues.push({ key: 'comparison', value: shownOf(comparison), rule: 'needs `against`', remedy })
    return undefined
  }
  const against = readAgainst(written, plan, vocabulary, issues)
  if (against !== undefined) refuseSamePort(plan['target'], { against, isSelf }, issues)
  refuseOthers(plan, issues)
  const blockMs = options?.block ?? DEFAULT_BLOCK_MS
  const mode = options?.mode ?? 'turns'
  if (mode === 'duet' && cores < DUET_CORES) {
    const rule = `needs ${DUET_CORES} cores, because two servers and two generators run at the same time; this machine has ${cores}`
    issues.push({
      key: 'comparison.mode',
      value: mode,
      rule,
      remedy: "omit it: 'turns' loads one of the two at a time",
    })
  }
  const maxPairs = pairsWithin(durationMs, { blockMs, mode })
  if (maxPairs < MIN_PAIRS) {
    const neededMs = pairsDurationMs(MIN_PAIRS, { blockMs, mode })
    issues.push({
      key: 'duration',
      value: shownOf(plan['duration']),
      rule: `must allow ${MIN_PAIRS} pairs of blocks of ${formatDuration(blockMs)} with \`against\`: at least ${Math.ceil(neededMs / 1_000)} s`,
      remedy: 'omit it: the comparison ends as soon as it is decided',
    })
  }
  if (against === undefined || issues.length > before) return undefined
  const { tolerance } = options ?? {}
  return {
    against,
    tolerance: tolerance ?? TOLERANCE,
    isToleranceGiven: tolerance !== undefined,
    isSelf,
    blockMs,
    mode,
    maxPairs,
  }
}

/** Returns how many pairs of blocks fit into a duration, at most those that a comparison can use. */
function pairsWithin(durationMs: Ms | undefined, blocks: PairBlocks): Count {
  if (durationMs === undefined) return MAX_PAIRS
  return Math.min(MAX_PAIRS, Math.floor((durationMs + PAUSE_MS) / (pairMs(blocks) + PAUSE_MS)))
}

/** Returns the length of the warm-up and the measured part on the clock: in a comparison, both targets have their turns. */
export function clockDurationMs({
  durationMs,
  warmUpMs,
  comparison,
}: Pick<ResolvedPlan, 'durationMs' | 'warmUpMs' | 'comparison'>): Ms {
  return comparison === undefined
    ? warmUpMs + durationMs
    : pairWarmUpMs(warmUpMs, comparison) + pairsDurationMs(comparison.maxPairs, comparison)
}

/** Both targets must get the same load in every pair of blocks. */
function refuseOthers(plan: Plan, issues: PlanIssue[]): void {
  const { pattern, concurrency, workload } = plan
  const kind = isRecord(pattern) ? pattern['kind'] : pattern
  if (concurrency !== undefined) {
    const rule = 'cannot be combined with `against`: a comparison needs the same requests on both sides'
    issues.push({ key: 'concurrency', value: concurrency, rule, remedy: 'write rate: 100' })
  }
  if (kind !== undefined && kind !== 'constant' && kind !== 'poisson') {
    const rule = "must be 'constant' or 'poisson' with `against`, so that all blocks have the same load"
    issues.push({ key: 'pattern', value: shownOf(pattern), rule })
  } else if (isRecord(pattern) && pattern['durationMs'] !== undefined) {
    const rule = 'must not have a duration with `against`'
    issues.push({ key: 'pattern', value: shownOf(pattern), rule, remedy: 'write the duration in the plan, or omit it' })
  }
  if (isMix(workload)) {
    const rule = 'cannot be combined with `against`'
    issues.push({ key: 'workload', value: shownOf(workload), rule, remedy: 'compare one protocol at a time' })
  }
}

/**
 * Both servers run at the same time. If they had the same port, the second one could not listen, and both sides would
 * load the first one.
 */
function refuseSamePort(
  written: unknown,
  { against, isSelf }: Pick<ResolvedComparison, 'against' | 'isSelf'>,
  issues: PlanIssue[],
): void {
  const given = written as Target | undefined
  const target: unknown = isShared(given) ? given.written : given
  if (!isRecord(target) || !('command' in target) || typeof target['url'] !== 'string') return
  const url = target['url']
  if (url.includes('{port}')) return
  const isSame = isSelf || isRef(against) || (isCommand(against) && placeOf(against.url) === placeOf(url))
  if (!isSame) return
  issues.push({
    key: 'target.url',
    value: url,
    rule: 'must contain {port}: both servers run at the same time, each with a free port',
    remedy: "write url: 'http://127.0.0.1:{port}', and make the server listen on PORT",
  })
}

/** Returns the host and the port of a URL. */
function placeOf(url: string): string {
  return URL.parse(url)?.host ?? url
}

const REF_READERS = {
  ref: text,
  exact: flag,
  prepare: readCommandLine,
  prepareTimeout: timeoutDuration,
  command: readCommandLine,
  env: readTexts,
  cwd: text,
} satisfies Readonly<Record<keyof RefTarget, Reader<unknown>>>

function readAgainst(value: unknown, plan: Plan, vocabulary: PlanVocabulary, issues: PlanIssue[]): Against | undefined {
  if (isRecord(value) && 'ref' in value) {
    const before = issues.length
    const noun = 'a key of a ref'
    const { ref, ...others } = readKeys(REF_READERS, value, { prefix: 'against.', noun }, issues)
    const { target } = plan
    if (target !== undefined && !isStarted(target)) {
      const remedy = "write target: { command: ['node', 'server.js'], url: 'http://127.0.0.1:{port}' }"
      issues.push({ key: 'against.ref', value: ref, rule: 'needs a target that is a command', remedy })
    }
    return ref === undefined || issues.length > before ? undefined : { ref, ...present(others) }
  }
  return targetReader(vocabulary, namedProtocol(plan['protocol']))(value, 'against', issues)?.target
}

/** Whether the run starts the target, so that it can start another version of it, too. */
function isStarted(target: unknown): boolean {
  return isShared(target as Target) || (isRecord(target) && 'command' in target)
}
