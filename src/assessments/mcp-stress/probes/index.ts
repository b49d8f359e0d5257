import type { ProbeFinding } from '../../../model/mcp-stress-findings.ts'
import { messageOf } from '../../../model/thrown.ts'
import { HARMS, type Probe, type ProbeContext } from './probe.ts'
import * as registered from './registry.ts'

/** Probes that may break a server come last. */
const probes: readonly Probe[] = Object.values(registered).toSorted((a, b) => harmOf(a) - harmOf(b))

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

async function attempt(probe: Probe, context: ProbeContext): Promise<Omit<ProbeFinding, 'name'>> {
  try {
    return await probe.run(context)
  } catch (error) {
    return { verdict: 'invalid', evidence: `the probe could not run: ${messageOf(error)}` }
  }
}
