import { Agent, request } from 'undici'
import type { TargetSample } from '../../model/result.ts'
import { realTime } from '../../model/real-time.ts'
import type { Ms } from '../../model/units.ts'
import { messageOf } from '../../model/thrown.ts'
import { type Metric, parseExposition } from './exposition.ts'
import { NOTHING, type TargetWatch } from './watch.ts'

/** A metrics page, and the addresses that were checked for its host. */
export interface MetricsPage {
  readonly url: URL
  readonly addresses: readonly { readonly address: string; readonly family: 4 | 6 }[]
}

/** Shorter than the second between two samples, so that two requests never overlap. */
const TIMEOUT_MS: Ms = 800
const MAX_BYTES = 8 * 2 ** 20

/**
 * Names under which exporters offer each figure. The first name on a page counts, even if its value is NaN at the
 * moment, because the next name is a different figure. The names are those of the Prometheus client libraries, which
 * share names for what every process has, of the Java, .NET and Node libraries, and of OpenTelemetry as Prometheus
 * shows them.
 */
const NAMES = {
  cpuSeconds: ['process_cpu_seconds_total', 'process_cpu_time_seconds_total'],
  cpuUserSeconds: ['process_cpu_user_seconds_total'],
  cpuSystemSeconds: ['process_cpu_system_seconds_total'],
  rssBytes: ['process_resident_memory_bytes', 'process_working_set_bytes', 'process_memory_usage_bytes'],
  threads: ['process_num_threads', 'process_threads', 'go_threads', 'jvm_threads_current', 'jvm_threads_live_threads'],
  bytesIn: ['process_network_receive_bytes_total'],
  bytesOut: ['process_network_transmit_bytes_total'],
  openFiles: ['process_open_fds', 'process_files_open_files'],
  loopDelaySeconds: [
    'nodejs_eventloop_lag_p99_seconds',
    'nodejs_eventloop_delay_p99_seconds',
    'nodejs_eventloop_lag_mean_seconds',
    'nodejs_eventloop_delay_mean_seconds',
    'nodejs_eventloop_lag_seconds',
  ],
  // The resources that keep Node alive, by type.
  sockets: ['nodejs_active_resources'],
} as const
const NODE_SOCKET = 'TCPSocketWrap'
const KNOWN: ReadonlySet<string> = new Set(Object.values(NAMES).flat())

type Figures = Readonly<Record<Exclude<keyof typeof NAMES, `cpu${'User' | 'System'}Seconds`>, number | null>>

/**
 * Watches a target through its metrics page, with one request per second, only at the checked addresses; redirects are
 * not followed. Never throws: `unwatched` gives the reason if the page cannot be read.
 */
export function watchMetrics(page: MetricsPage): TargetWatch {
  return new MetricsWatch(page)
}

class MetricsWatch implements TargetWatch {
  readonly pids: readonly number[] = []
  readonly #page: MetricsPage
  readonly #agent: Agent
  readonly #abort = new AbortController()
  #before: { readonly atMs: Ms; readonly figures: Figures } | undefined
  #why: string | undefined
  #asking = false

  constructor(page: MetricsPage) {
    this.#page = page
    const [{ address, family } = { address: page.url.hostname, family: 4 }] = page.addresses
    this.#agent = new Agent({
      connections: 1,
      connect: {
        lookup: (_host, { all }, found) =>
          all === true ? found(null, [...page.addresses]) : found(null, address, family),
      },
    })
  }

  /** The reason why the page cannot be read; undefined after the first page that was read. */
  get unwatched(): string | undefined {
    return this.#before === undefined ? this.#why : undefined
  }

  /** Which counters a page that was read does not have. */
  get unwatchedNetwork(): string | undefined {
    const figures = this.#before?.figures
    if (figures === undefined) return undefined
    const missing = (['bytesIn', 'bytesOut'] as const).filter((key) => figures[key] === null)
    return missing.length === 0
      ? undefined
      : `the metrics page has no ${missing.flatMap((key) => NAMES[key]).join(' and no ')}`
  }

  follow(): void {}

  stop(): void {
    this.#abort.abort()
    void this.#agent.destroy()
  }

  async sample(): Promise<Omit<TargetSample, 'atMs'> | undefined> {
    if (this.#asking) return undefined
    this.#asking = true
    try {
      const figures = figuresOf(parseExposition(await this.#read(), KNOWN))
      if (Object.values(figures).every((figure) => figure === null)) {
        throw new Error('none of its lines reports the resource use of a process')
      }
      return this.#since(figures)
    } catch (error) {
      // Omit the query: some users put a token there.
      const { origin, pathname } = this.#page.url
      this.#why = `${origin}${pathname} cannot be read: ${messageOf(error)}`
      return this.#before === undefined ? undefined : NOTHING
    } finally {
      this.#asking = false
    }
  }

  async #read(): Promise<string> {
    const late = new AbortController()
    const timer = realTime.setTimeout(() => late.abort(new Error(`no answer within ${TIMEOUT_MS} ms`)), TIMEOUT_MS)
    try {
      const { statusCode, body } = await request(this.#page.url, {
        dispatcher: this.#agent,
        signal: AbortSignal.any([late.signal, this.#abort.signal]),
        headers: { accept: 'application/openmetrics-text;version=1.0.0, text/plain;version=0.0.4;q=0.5, */*;q=0.1' },
      })
      let text = ''
      // Read the body of an unwanted response as well, so that the connection can be reused.
      for await (const chunk of body.setEncoding('utf8') as AsyncIterable<string>) {
        text += chunk
        if (text.length > MAX_BYTES) throw new Error(`it is longer than ${MAX_BYTES / 2 ** 20} MiB`)
      }
      if (statusCode !== 200) throw new Error(`it answered with ${statusCode}`)
      return text
    } finally {
      realTime.clearTimeout(timer)
    }
  }

  #since(figures: Figures): Omit<TargetSample, 'atMs'> {
    const before = this.#before
    const atMs = performance.now()
    this.#before = { atMs, figures }
    const grown = (key: 'cpuSeconds' | 'bytesIn' | 'bytesOut'): number | null => {
      const [was, is] = [before?.figures[key] ?? null, figures[key]]
      // A counter that fell has restarted: its process was replaced.
      return was === null || is === null || is < was ? null : is - was
    }
    const cpuSeconds = grown('cpuSeconds')
    const { rssBytes, sockets, openFiles, threads, loopDelaySeconds } = figures
    return {
      ...NOTHING,
      cpuPercent: cpuSeconds === null ? null : (100 * cpuSeconds) / ((atMs - (before?.atMs ?? 0)) / 1_000),
      rssMb: rssBytes === null ? null : rssBytes / 2 ** 20,
      openSockets: sockets,
      openFileDescriptors: openFiles,
      threads,
      bytesIn: grown('bytesIn'),
      bytesOut: grown('bytesOut'),
      eventLoopDelayMs: loopDelaySeconds === null ? null : 1_000 * loopDelaySeconds,
    }
  }
}

function figuresOf(metrics: readonly Metric[]): Figures {
  /** One value for each process behind the page. */
  const valuesOf = (key: keyof typeof NAMES): readonly number[] => {
    const offered = NAMES[key].find((name) => metrics.some((metric) => metric.name === name))
    return metrics
      .filter(({ name, labels }) => name === offered && (key !== 'sockets' || labels['type'] === NODE_SOCKET))
      .map(({ value }) => value)
      .filter((value) => value >= 0 && value <= Number.MAX_SAFE_INTEGER)
  }
  const read = (key: keyof typeof NAMES): number | null => {
    const values = valuesOf(key)
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0)
  }
  const [user, system] = [read('cpuUserSeconds'), read('cpuSystemSeconds')]
  // Two event loops with a delay of 10 ms each do not add up to one of 20 ms.
  const loopDelays = valuesOf('loopDelaySeconds')
  return {
    cpuSeconds: read('cpuSeconds') ?? (user === null || system === null ? null : user + system),
    rssBytes: read('rssBytes'),
    threads: read('threads'),
    bytesIn: read('bytesIn'),
    bytesOut: read('bytesOut'),
    openFiles: read('openFiles'),
    loopDelaySeconds: loopDelays.length === 0 ? null : loopDelays.reduce((max, delay) => Math.max(max, delay)),
    sockets: read('sockets'),
  }
}
