/**
 * The servers that the unit suite checks describe-load against, in one separate process: a recording HTTP server, and
 * an embedded target for each protocol. They report their own counts over IPC, apart from the traffic.
 */
import type { WorkCounts } from '../../demo/work/books.ts'
import type { FaultOptions } from '../../demo/work/faults.ts'
import { work, type WorkControls, type WorkOptions } from '../../demo/work/index.ts'
import { serveAny } from '../../demo/serve.ts'
import { listenRecording, type RecordingControls } from './recording-server.ts'

/** `mcpLines` is behind the pipes of a server over stdio. */
export type WorkTarget = 'http' | 'websocket' | 'tcp' | 'mcp' | 'mcpLines'

const WORK: Readonly<Record<WorkTarget, WorkOptions>> = {
  http: { protocol: 'http' },
  websocket: { protocol: 'websocket' },
  tcp: { protocol: 'tcp' },
  mcp: { protocol: 'mcp' },
  mcpLines: { protocol: 'mcp', transport: 'tcp' },
}

const TARGETS = Object.keys(WORK) as WorkTarget[]

export type UnitControls = RecordingControls & {
  /** URL of each embedded target. */
  urls(): Readonly<Record<WorkTarget, string>>
  workCounts(target: WorkTarget): WorkCounts
  setFaults(target: WorkTarget, faults: FaultOptions): void
  dropSession(): boolean
}

await serveAny(async () => {
  const recording = await listenRecording()
  const started = await Promise.all(TARGETS.map(async (target) => [target, await work(WORK[target])] as const))
  const urls = Object.fromEntries(started.map(([target, { url }]) => [target, url])) as Record<WorkTarget, string>
  const working = Object.fromEntries(started.map(([target, { controls }]) => [target, controls])) as Record<
    WorkTarget,
    WorkControls
  >
  const controls: UnitControls = {
    ...recording.controls,
    urls: () => urls,
    workCounts: (target) => working[target].counts(),
    setFaults: (target, faults) => working[target].setFaults(faults),
    dropSession: () => working.mcp.dropSession(),
  }
  return { port: recording.port, url: `http://127.0.0.1:${recording.port}`, controls }
})
