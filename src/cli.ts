#!/usr/bin/env node
import { exit, stderr } from 'node:process'

try {
  // Separately and first, because an older Node cannot load the rest.
  await import('./supported-node.ts')
} catch (error) {
  stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  exit(2)
}
await import('./command.ts')
