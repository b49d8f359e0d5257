import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** What the server saw since it was last asked to forget. */
export interface ServerCounts {
  readonly requests: number
  /** Those that carried their first request. */
  readonly connections: number
  readonly arrivedMs: number[]
  /** Bytes of each body. */
  readonly bodies: number[]
  /** How long each answer took it. */
  readonly tookMs: number[]
  readonly paths: Record<string, number>
  readonly traceparents: string[]
}

export type ServerQuestion =
  | { readonly type: 'counts' }
  /** Tells the counts, and begins anew. */
  | { readonly type: 'reset' }
  /** Answers nobody for so long. */
  | { readonly type: 'stall'; readonly ms: number }

export type ServerAnswer =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'counts'; readonly counts: ServerCounts }

export interface ClaimsServer {
  readonly url: string
  ask(question: ServerQuestion): Promise<ServerCounts>
  stop(): Promise<void>
}

/** Starts it; it ends when it is stopped, or with this process. */
export async function startClaimsServer(): Promise<ClaimsServer> {
  const file = new URL(`./claims-server${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)
  const child = fork(fileURLToPath(file), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  const listening = Promise.withResolvers<number>()
  let answered = Promise.withResolvers<ServerCounts>()
  child.on('message', (message: ServerAnswer) => {
    if (message.type === 'listening') listening.resolve(message.port)
    else answered.resolve(message.counts)
  })
  child.on('exit', (code) => listening.reject(new Error(`the server of the claims ended with ${code}`)))
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
