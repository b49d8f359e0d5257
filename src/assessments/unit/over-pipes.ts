import type { Target } from '../../model/target.ts'

/** Passes the bytes of its pipes on to a port, and back. */
const PASS_ON = `const socket = require('node:net').connect(Number(process.argv[1]), '127.0.0.1')
process.stdin.pipe(socket).pipe(process.stdout)
socket.on('error', () => process.exit(1))`

/**
 * Returns the target of an MCP server over stdio whose process passes every message on to a server over TCP, which
 * counts them. A server behind pipes could not report its counts apart from the traffic.
 */
export function overPipes(url: string): Target {
  return { stdio: [process.execPath, '-e', PASS_ON, new URL(url).port], embedded: true }
}
