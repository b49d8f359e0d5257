import type { ProbeFinding } from '../../../model/mcp-stress-findings.ts'
import { afterFailure } from './after-failure.ts'
import { clientLeaves } from './client-leaves.ts'
import { coldStart } from './cold-start.ts'
import { equalIds } from './equal-ids.ts'
import { headOfLine } from './head-of-line.ts'
import { idleStream } from './idle-stream.ts'
import { misrouted } from './misrouted.ts'
import type { Probe, ProbeContext } from './probe.ts'
import { sessionLeak } from './session-leak.ts'

/** Every probe, one line each; probes that may break a server come last. */
const probes: readonly Probe[] = [
  misrouted,
  equalIds,
  headOfLine,
  coldStart,
  idleStream,
  sessionLeak,
  clientLeaves,
  afterFailure,
]

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

async function attempt(probe: Probe, context: ProbeContext): Promise<Omit<ProbeFinding, 'name'>> {
  try {
    return await probe.run(context)
  } catch (error) {
    return {
      verdict: 'invalid',
      evidence: `the probe could not run: ${error instanceof Error ? error.message : String(error)}`,
    }
  }
}
