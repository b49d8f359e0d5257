import { programFile } from '../model/program-file.ts'
import type { DemoServerOptions } from './demo-server.ts'
import { startProcess, type ServerProcess } from './server-process.ts'

/** The servers of one demo. Each starts in a separate process when it is first used. */
export class DemoServers implements AsyncDisposable {
  readonly #started = new Map<string, Promise<ServerProcess>>()

  /** Returns a target for a plan: a function that starts the server, unless it runs, and resolves with its URL. */
  target(options: DemoServerOptions): () => Promise<string> {
    const key = JSON.stringify(options)
    return async () => {
      const server = this.#started.get(key) ?? startProcess(programFile('demo-server', import.meta.url), options)
      this.#started.set(key, server)
      return (await server).url
    }
  }

  /** Ends all servers, which otherwise end with this process. */
  async [Symbol.asyncDispose](): Promise<void> {
    // The load of a server that could not start has reported why.
    const servers = await Promise.allSettled(this.#started.values())
    this.#started.clear()
    await Promise.all(servers.flatMap((server) => (server.status === 'fulfilled' ? [server.value.stop()] : [])))
  }
}
