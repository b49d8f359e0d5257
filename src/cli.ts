#!/usr/bin/env node
// Checks the version first, because an older Node cannot load the rest.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(`describe-load: requires Node 22.19 or newer, this is ${process.versions.node}\n`)
  process.exit(2)
}
await import('./command.ts')
