import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import type { CommandTarget } from '../../model/target.ts'

const PLACE = '{port}'

/** Returns a TCP port that was unused a moment ago. */
async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/**
 * Replaces every `{port}` in the target's URLs, command and environment with the same free port, and adds `PORT` to its
 * environment. Returns a target without `{port}` unchanged.
 */
export async function fillPort(target: CommandTarget): Promise<CommandTarget> {
  const texts = [target.url, target.readyUrl, ...target.command, ...Object.values(target.env ?? {})]
  if (!texts.some((text) => text?.includes(PLACE) === true)) return target
  const port = String(await findFreePort())
  const fill = (text: string) => text.replaceAll(PLACE, port)
  const env = Object.entries(target.env ?? {}).map(([name, text]) => [name, fill(text)] as const)
  return {
    ...target,
    url: fill(target.url),
    ...(target.readyUrl === undefined ? {} : { readyUrl: fill(target.readyUrl) }),
    command: target.command.map(fill),
    env: { PORT: port, ...Object.fromEntries(env) },
  }
}
