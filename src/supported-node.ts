/**
 * Throws if Node.js is too old. Every entry point imports this file first, so that its message precedes the errors of
 * modules that an older Node.js cannot run.
 */
function requireSupportedNode(): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 19)) return
  const message = `describe-load requires Node.js 22.19 or newer, and this is Node.js ${process.versions.node}`
  throw Object.assign(new Error(`${message}\n    → install a newer version: https://nodejs.org`), {
    code: 'ERR_LOAD_NODE',
  })
}

requireSupportedNode()
