import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Connection, Outcome } from '../../model/protocol.ts'
import type { TcpRequest } from './request.ts'
import { send } from './server.fixture.ts'
import { freePort } from '../../model/free-port.ts'

/** Returns the reason why a program cannot run, for use in a test name, or an empty string. */
export function skipped(program: string, debian: string): string {
  return spawnSync(program, ['--version']).status === 0
    ? ''
    : ` (skipped: ${program} is not installed, Debian package ${debian})`
}

/** A third-party server on a free port of loopback. */
export interface ThirdParty extends AsyncDisposable {
  readonly url: URL
}

/** Starts a server by this command, with `{port}` replaced by its port. Resolves when it accepts connections. */
export async function startThirdParty(command: readonly string[]): Promise<ThirdParty> {
  const port = await freePort()
  const [program = '', ...args] = command.map((word) => word.replace('{port}', String(port)))
  const server = spawn(program, args, { stdio: 'ignore' })
  const exited = once(server, 'exit')
  for (let attempt = 0; !(await accepts(port)); attempt++) {
    if (attempt > 100) throw new Error(`${program} did not start`)
    await delay(50)
  }
  return {
    url: new URL(`tcp://127.0.0.1:${port}`),
    async [Symbol.asyncDispose]() {
      server.kill('SIGKILL')
      await exited
    },
  }
}

function accepts(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect(port, '127.0.0.1')
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  return promise.finally(() => socket.destroy())
}

/** Sends all requests, up to `maxInFlight` at once. Resolves with the outcomes in request order. */
export async function exchangeAll(
  connection: Connection<TcpRequest>,
  requests: readonly TcpRequest[],
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  let next = 0
  const client = async (): Promise<void> => {
    while (next < requests.length) {
      const place = next++
      outcomes[place] = await send(connection, requests[place] ?? {}).done
    }
  }
  await Promise.all(Array.from({ length: connection.maxInFlight }, client))
  return outcomes
}
