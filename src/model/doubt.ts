import type { Ms, Ratio, Rps } from './units.ts'

/** Why the generator ran in the test's thread instead of in separate threads. */
export type InlineReason =
  | 'pattern-functions'
  | 'journey-function'
  | 'batch-function'
  | 'protocol-functions'
  | 'request-function'

/**
 * A reason to distrust the figures of a run, as a code with its numbers. To add one, add a member here and its sentence
 * in `wording/doubts.ts`.
 */
export type DoubtFacts =
  | { readonly code: 'inline-run'; readonly reason: InlineReason }
  /** Code of the user failed in a generator thread, which ended the run early; `reason` says how. */
  | { readonly code: 'user-code-failed'; readonly reason: string }
  | { readonly code: 'inspector' }
  /** The generator could not warm up before the run; `reason` says why. */
  | { readonly code: 'cold-generator'; readonly reason: string }
  | { readonly code: 'coverage' }
  /** Share of the machine's CPU time that its hypervisor gave to other machines. */
  | { readonly code: 'steal'; readonly stealRatio: Ratio }
  /**
   * CPU of processes that are neither the generator nor the target, in % of one core, and the programs that used most of
   * it; absent in results of earlier versions.
   */
  | {
      readonly code: 'foreign-load'
      readonly cpuPercent: number
      readonly programs?: readonly { readonly name: string; readonly cpuPercent: number }[]
    }
  /** Generator and target filled the cores that the generator may use, and its part was large. CPU in % of one core. */
  | {
      readonly code: 'shared-cores'
      readonly generatorPercent: number
      readonly targetPercent: number
      readonly cores: number
    }
  /** Share of the time that a generator thread was ready to run and waited for a core. */
  | { readonly code: 'saturated-cpu'; readonly runDelayRatio: Ratio }
  /** Event-loop utilization of the busiest generator thread. */
  | { readonly code: 'generator-busy'; readonly busyRatio: Ratio }
  /** The first `slowMs` of the measured part were slower than the rest; a warm-up of `warmUpMs` excludes them. */
  | {
      readonly code: 'slow-start'
      readonly slowMs: Ms
      readonly firstMeanMs: Ms
      readonly restMeanMs: Ms
      readonly warmUpMs: Ms
    }
  /** Connections that could not open because the generator's process had no file descriptor left. */
  | { readonly code: 'descriptors-exhausted'; readonly failedConnections: number; readonly limit: number | null }
  /** Connections that could not open because this machine had no local port left. */
  | { readonly code: 'ports-exhausted'; readonly failedConnections: number; readonly ports: number | null }
  /** Fewer file descriptors are free than the plan's connections may need; `wanted` is a limit that is high enough. */
  | {
      readonly code: 'few-descriptors'
      readonly connections: number
      readonly limit: number
      readonly open: number
      readonly wanted: number
    }
  /** Short-lived connections at `rps`, each of which holds its local port for `heldMs` after it closes. */
  | {
      readonly code: 'few-ports'
      readonly rps: Rps
      readonly heldMs: Ms
      readonly neededPorts: number
      readonly ports: number
    }
  /** The messages that are in flight at the same time take more than half of the available memory. */
  | { readonly code: 'little-memory'; readonly neededMb: number; readonly availableMb: number }
  | { readonly code: 'many-threads'; readonly threads: number; readonly cores: number }
  /** A generator thread did not run: it was stopped (SIGSTOP, a debugger, a paused virtual machine). */
  | { readonly code: 'generator-suspended'; readonly count: number; readonly suspendedMs: Ms }
  /** A generator thread did not return to its event loop, because code in it kept it busy. */
  | { readonly code: 'generator-blocked'; readonly count: number; readonly blockedMs: Ms }
  /** A generator thread was ready to run and did not get a core. */
  | { readonly code: 'generator-starved'; readonly count: number; readonly starvedMs: Ms }
  /**
   * Messages that no request asked for, on a connection where responses are matched by order and nothing identifies
   * such messages.
   */
  | { readonly code: 'unsolicited-messages'; readonly count: number }
  /** Lines on the standard output of servers over pipes that are not messages: a banner, a log. */
  | { readonly code: 'stray-output'; readonly lines: number }
  /** Threads recorded values of one metric in two units. The figures contain only those in `unit`. */
  | { readonly code: 'metric-units'; readonly name: string; readonly unit: string; readonly otherUnit: string }
  /** Every response was a redirect, which the engine does not follow. */
  | { readonly code: 'only-redirects'; readonly count: number; readonly status: string }
  /** Nothing responded over plain connections, and the server speaks TLS. `url` is the target with TLS. */
  | { readonly code: 'target-speaks-tls'; readonly url: string }
  /** A variable of the environment names a proxy, which the run did not use. */
  | { readonly code: 'proxy-ignored'; readonly variable: string }

export type DoubtCode = DoubtFacts['code']

/**
 * Doubts about what was measured: with one of them, a passed verdict may concern something else than its author means.
 */
export const MISLEADING_DOUBTS: ReadonlySet<DoubtCode> = new Set<DoubtCode>([
  'user-code-failed',
  'unsolicited-messages',
  'metric-units',
  'only-redirects',
  'target-speaks-tls',
])

/** A doubt as a result carries it: the facts, and a sentence that says what they mean and what to do. */
export type Doubt = DoubtFacts & { readonly message: string }
