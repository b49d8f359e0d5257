import type { ProbeFinding } from '../../../model/mcp-stress-findings.ts'
import { realDelay } from '../../../model/real-time.ts'
import { messageOf } from '../../../model/thrown.ts'
import { formatRate } from '../../../wording/figures.ts'
import { ceilingOptions } from '../../../wording/option-words.ts'
import { HARMS, notApplicable, type Probe, type ProbeContext } from './probe.ts'
import type { Ms } from '../../../model/units.ts'
import type { Called } from './prober.ts'
import * as registered from './registry.ts'

/** Probes that may break a server come last. */
const probes: readonly Probe[] = Object.values(registered).toSorted((a, b) => harmOf(a) - harmOf(b))

/** Number of probes. */
export const PROBE_COUNT: number = probes.length

function harmOf({ harm = 'none' }: Probe): number {
  return HARMS.indexOf(harm)
}

/** Runs the probes one after the other, because each would disturb the others. Never rejects. */
export async function runProbes(
  context: ProbeContext,
  onFinding: (finding: ProbeFinding) => void = () => {},
): Promise<readonly ProbeFinding[]> {
  const findings: ProbeFinding[] = []
  for (const probe of probes) {
    const finding = { name: probe.name, ...(await attempt(probe, context)) }
    findings.push(finding)
    onFinding(finding)
    await context.prober.end()
  }
  return findings
}

/** Number of calls that the server must answer before a probe. */
const CALLS_BEFORE = 5
/** Time for a server to recover from the previous probe. */
const PAUSE_MS: Ms = 1_500

async function attempt(probe: Probe, context: ProbeContext): Promise<Omit<ProbeFinding, 'name'>> {
  try {
    const { maxRps = Number.POSITIVE_INFINITY } = context
    if (probe.peakRps > maxRps) {
      return notApplicable(
        `it sends up to ${formatRate(probe.peakRps)}, and the ceiling is ${formatRate(maxRps)} (${ceilingOptions()})`,
      )
    }
    if (probe.judgesCalls === true && context.failingCalls !== undefined) {
      return notApplicable(`calls also fail without the probe: ${context.failingCalls}`)
    }
    const failed = probe.judgesReplies === true ? undefined : await failedBefore(context)
    if (failed !== undefined) {
      return { verdict: 'invalid', evidence: `calls failed before the probe: ${failed.message}` }
    }
    return await probe.run(context)
  } catch (error) {
    return { verdict: 'invalid', evidence: `the probe could not run: ${messageOf(error)}` }
  }
}

/** Returns a call that failed, after a second attempt; undefined if the server answers. */
async function failedBefore({ prober, call }: ProbeContext): Promise<Called | undefined> {
  const [first] = await prober.failuresOf(call, CALLS_BEFORE)
  if (first === undefined) return undefined
  await realDelay(PAUSE_MS)
  return (await prober.failuresOf(call, CALLS_BEFORE))[0]
}
