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

export type UnitControls = RecordingControls & {
  /** URL of each embedded target. */
  urls(): Readonly<Record<WorkTarget, string>>
  workCounts(target: WorkTarget): WorkCounts
  setFaults(target: WorkTarget, faults: FaultOptions): void
  dropSession(): boolean
}

await serveAny(async () => {
  const recording = await listenRecording()
  const names = Object.keys(WORK) as WorkTarget[]
  const started = await Promise.all(names.map(async (name) => [name, await work(WORK[name])] as const))
  const urls = Object.fromEntries(started.map(([name, { url }]) => [name, url]))
  const controlsOf = Object.fromEntries(started.map(([name, { controls }]) => [name, controls as WorkControls]))
  const controls: UnitControls = {
    ...recording.controls,
    urls: () => urls as Record<WorkTarget, string>,
    workCounts: (target) => of(target).counts(),
    setFaults: (target, faults) => of(target).setFaults(faults),
    dropSession: () => of('mcp').dropSession(),
  }
  return { port: recording.port, url: `http://127.0.0.1:${recording.port}`, controls }

  function of(target: WorkTarget): WorkControls {
    const found = controlsOf[target]
    if (found === undefined) throw new Error(`no target ${target}`)
    return found
  }
})
