/**
 * Returns the URL of a file that runs as a separate thread or process. It is beside its caller in the repository,
 * where Node runs the sources, and in the published package, where the build puts every file into one folder.
 */
export function programFile(name: string, callerUrl: string): URL {
  return new URL(`./${name}${callerUrl.endsWith('.ts') ? '.ts' : '.js'}`, callerUrl)
}
