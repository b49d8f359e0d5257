import { PROTOCOL_NAMES, protocolNameOf, targetFor } from '../../protocols/index.ts'
import { targetVariable, type VariableName } from '../environment/variables.ts'

type Variables = Record<string, string | undefined>

export const TARGET_VARIABLES: readonly VariableName[] = ['LOAD_TARGET', ...PROTOCOL_NAMES.map(targetVariable)]

/**
 * Prepares the variables of the targets for the suites of a command line: a target from a flag takes precedence over
 * the variable of its protocol, `path` is appended to every URL, and a target of any scheme is one of an MCP server if
 * the command line names only the suite for these.
 */
export function prepareTargets(
  env: Variables,
  {
    suites,
    path,
    isFlag,
  }: { readonly suites: readonly string[]; readonly path: string | undefined; readonly isFlag: boolean },
): void {
  const general = env['LOAD_TARGET'] ?? ''
  const protocol = protocolOf(general)
  if (isFlag && protocol !== undefined) delete env[targetVariable(protocol)]
  const isForMcp = suites.length === 1 && suites[0] === 'mcp-stress'
  if (isForMcp && general !== '' && (isFlag || (env['LOAD_TARGET_MCP'] ?? '') === '')) env['LOAD_TARGET_MCP'] = general
  if (path === undefined) return
  for (const name of TARGET_VARIABLES) {
    const target = env[name] ?? ''
    if (target !== '') env[name] = withPath(target, path)
  }
}

export function hasTarget(env: Variables): boolean {
  return TARGET_VARIABLES.some((name) => (env[name] ?? '').trim() !== '')
}

function protocolOf(target: string): ReturnType<typeof protocolNameOf> {
  if (target.startsWith('[')) return 'mcp'
  const url = URL.parse(targetFor(target, undefined))
  return url === null ? undefined : protocolNameOf(url)
}

/** Returns a target that is no URL unchanged; its reader reports it. */
function withPath(target: string, path: string): string {
  const url = URL.parse(targetFor(target, undefined))
  if (url === null) return target
  const [pathname = '', query] = path.split('?', 2)
  const search = [url.search.slice(1), query].filter((part) => part !== undefined && part !== '').join('&')
  url.search = url.hash = ''
  return `${url.href.replace(/\/$/, '')}${pathname}${search === '' ? '' : `?${search}`}`
}
