import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { programFile } from '../../model/program-file.ts'

/** Counts of the server since its last reset. */
export interface ServerCounts {
  readonly requests: number
  /** Connections that carried at least one request. */
  readonly connections: number
  readonly arrivedMs: number[]
  /** Length of each body in bytes. */
  readonly bodies: number[]
  /** Duration of each response. */
  readonly tookMs: number[]
  readonly paths: Record<string, number>
  readonly traceparents: string[]
}

export type ServerQuestion =
  | { readonly type: 'counts' }
  /** Returns the counts and resets them. */
  | { readonly type: 'reset' }
  /** Stops responding for `ms`. */
  | { readonly type: 'stall'; readonly ms: number }

export type ServerAnswer =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'counts'; readonly counts: ServerCounts }

export interface ClaimsServer {
  readonly url: string
  ask(question: ServerQuestion): Promise<ServerCounts>
  stop(): Promise<void>
}

/** Starts the server; it ends when it is stopped, or with this process. */
export async function startClaimsServer(): Promise<ClaimsServer> {
  const child = fork(fileURLToPath(programFile('claims-server', import.meta.url)), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  const listening = Promise.withResolvers<number>()
  let answered = Promise.withResolvers<ServerCounts>()
  child.on('message', (message: ServerAnswer) => {
    if (message.type === 'listening') listening.resolve(message.port)
    else answered.resolve(message.counts)
  })
  child.on('exit', (code) => listening.reject(new Error(`the claims server exited with ${code}`)))
  const port = await listening.promise
  return {
    url: `http://127.0.0.1:${port}`,
    ask(question) {
      answered = Promise.withResolvers()
      child.send(question)
      return answered.promise
    },
    async stop() {
      const exited = once(child, 'exit')
      child.disconnect()
      await exited
    },
  }
}
