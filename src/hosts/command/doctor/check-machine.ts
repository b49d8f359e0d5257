import { DemoServers } from '../../../demo/demo-servers.ts'
import { CpuQuotaWatch, readResources } from '../../../measure/monitor/index.ts'
import type { MachineCheck, MachineFinding } from '../../../model/machine-check.ts'
import { cleanText } from '../../../model/text/clean.ts'
import { messageOf } from '../../../model/thrown.ts'
import type { Count, Ms } from '../../../model/units.ts'
import { DEFAULT_MAX_CONNECTIONS } from '../../../plan/lanes.ts'
import { descriptorsForConnections } from '../../../run/generator/resources.ts'
import { formatWaiting } from '../../../wording/load-test.ts'
import { machineFinding } from '../../../wording/machine-facts.ts'
import { machineEnvironment } from '../../machine-environment.ts'
import { acquireMachineLock, type MachineLock } from '../../machine-lock.ts'
import type { CommandScreen } from '../screen.ts'
import { type CeilingSearch, findCeiling, trialOn } from './ceiling.ts'
import { findingsOf, type Measured, recommendationOf, testedRate } from './judgement.ts'
import { measureNoise, noiseMs } from './noise.ts'
import { measureQuiet } from './quiet.ts'

/** How long each step is. */
interface Lengths {
  readonly quietMs: Ms
  readonly ceiling: CeilingSearch
  readonly pairs: Count
  readonly blockMs: Ms
}

const FULL: Lengths = {
  quietMs: 5_000,
  ceiling: { firstRps: 1_000, factor: 4, halvings: 3, attempts: 2, stepMs: 1_000 },
  // 14, of which 2 more may be disturbed.
  pairs: 16,
  blockMs: 1_000,
}
const QUICK: Lengths = {
  quietMs: 1_500,
  ceiling: { firstRps: 2_000, factor: 4, halvings: 1, attempts: 1, stepMs: 400 },
  // 8, of which 1 more may be disturbed.
  pairs: 9,
  blockMs: 400,
}

/** With fewer, the generators and servers of the check itself do not have enough descriptors. */
const MIN_CONNECTIONS: Count = 50

/** Answers at once. */
const INSTANT = { kind: 'capacity', servers: 1_000_000, serviceMs: 0 } as const
/** Every response takes 10 ms. */
const SERVICE = { kind: 'capacity', servers: 1_000_000, serviceMs: 10 } as const

/** Measures what load tests can show on this machine. After the signal, returns what was measured until then. */
export async function checkMachine(
  isQuick: boolean,
  screen: CommandScreen,
  signal: AbortSignal,
): Promise<MachineCheck> {
  const startMs = performance.now()
  const startedAt = new Date().toISOString()
  const lock = await waitForMachine(screen, signal)
  try {
    const steps = new Steps(screen, signal)
    const { cores, ...figures } = await measure(isQuick ? QUICK : FULL, steps, signal)
    const findings = [...findingsOf({ cores, ...figures }), ...steps.failures]
    const isComplete = !signal.aborted
    const isFit = isComplete && !findings.some(({ kind }) => kind === 'problem')
    return {
      schema: 1,
      type: 'describe-load:machine-check',
      startedAt,
      durationMs: Math.round(performance.now() - startMs),
      isQuick,
      isComplete,
      isFit,
      environment: machineEnvironment(),
      ...figures,
      findings,
      recommended: isFit ? recommendationOf(figures) : null,
    }
  } finally {
    lock?.release()
  }
}

async function measure(lengths: Lengths, steps: Steps, signal: AbortSignal): Promise<Measured> {
  await using servers = new DemoServers()
  const machine = readMachine()
  const maxConnections = Math.min(DEFAULT_MAX_CONNECTIONS, machine.descriptors?.connections ?? DEFAULT_MAX_CONNECTIONS)
  const quiet = await steps.run('how late timers fire', lengths.quietMs, () => measureQuiet(lengths.quietMs, signal))
  // The problem is known.
  if (maxConnections < MIN_CONNECTIONS) return { ...machine, quiet, ceiling: null, noise: null }
  const { stepMs } = lengths.ceiling
  const ceiling = await steps.run('the ceiling of the generator', 10 * stepMs, async () => {
    const url = await servers.target(INSTANT)()
    return findCeiling(lengths.ceiling, trialOn(url, { stepMs, maxConnections, signal }))
  })
  const { pairs, blockMs } = lengths
  const noise = await steps.run('how much equal servers differ', noiseMs(pairs, blockMs), async () => {
    // Different options start two processes.
    const [candidate, baseline] = ['a', 'b'].map((seed) => servers.target({ ...SERVICE, seed }))
    if (candidate === undefined || baseline === undefined) throw new TypeError('there are two servers')
    const urls = await Promise.all([candidate(), baseline()])
    return measureNoise(urls, { pairs, blockMs, rate: testedRate(ceiling), maxConnections, signal })
  })
  return { ...machine, quiet, ceiling, noise }
}

/** Two loads at the same time would distort each other. Returns undefined after the signal. */
async function waitForMachine(screen: CommandScreen, signal: AbortSignal): Promise<MachineLock | undefined> {
  try {
    return await acquireMachineLock('describe-load doctor', {
      signal,
      onWait: (holder) => screen.say(cleanText(formatWaiting(holder))),
    })
  } catch (error) {
    if (signal.aborted) return undefined
    throw error
  }
}

function readMachine(): Omit<Measured, 'quiet' | 'ceiling' | 'noise'> {
  const resources = readResources()
  const { descriptors, ports, cores } = resources
  const perSecond = (heldMs: Ms): number => Math.floor((1_000 * (ports?.count ?? 0)) / heldMs)
  return {
    cores,
    cpuQuotaCores: new CpuQuotaWatch(process.pid).read()?.cpuLimitCores ?? null,
    descriptors: descriptors && { ...descriptors, connections: descriptorsForConnections({ threads: 1 }, resources) },
    ports: ports && {
      count: ports.count,
      localRps: perSecond(ports.heldMs.local),
      remoteRps: perSecond(ports.heldMs.remote),
    },
  }
}

/** Runs the steps of a check. One that fails is a finding, and the others still run. */
class Steps {
  readonly failures: MachineFinding[] = []
  readonly #screen: CommandScreen
  readonly #signal: AbortSignal

  constructor(screen: CommandScreen, signal: AbortSignal) {
    this.#screen = screen
    this.#signal = signal
  }

  /** Returns null if the step fails, or after the signal. */
  async run<Value>(name: string, aboutMs: Ms, step: () => Promise<Value | null>): Promise<Value | null> {
    if (this.#signal.aborted) return null
    const text = `measures ${name} (${Math.round(aboutMs / 1_000)} s)`
    // Where lines cannot be replaced, the state of the previous step would follow.
    this.#screen.live(undefined)
    this.#screen.start(`  ${text}`)
    this.#screen.live(`${text} …`)
    try {
      return await step()
    } catch (error) {
      if (this.#signal.aborted) return null
      // For example, no process could be started. The other steps may still run.
      const reason = cleanText(messageOf(error))
      this.failures.push(machineFinding('problem', { code: 'step-failed', step: name, reason }))
      return null
    }
  }
}
