import { type Remote, startProcess } from '../../demo/server-process.ts'
import { programFile } from '../../model/program-file.ts'
import type { UnitControls } from './unit-server.ts'

/** The servers of the unit suite, as a running process. */
export interface UnitServer extends AsyncDisposable {
  /** URL of the recording server. */
  readonly url: string
  readonly control: Remote<UnitControls>
}

/** Starts the servers; they end when they are disposed of, or with this process. */
export async function startUnitServer(): Promise<UnitServer> {
  return (await startProcess(programFile('unit-server', import.meta.url), {})) as unknown as UnitServer
}
