import { DECLARATIONS } from './conformance/declarations.conformance.ts'
import { FAILURES } from './conformance/failures.conformance.ts'
import type { ConformingHost, HostPromise, HostPromises } from './conformance/host-promise.conformance.ts'
import { RUNS } from './conformance/runs.conformance.ts'

/** What every host must do, by the name of its group in a load file. */
export const PROMISES: HostPromises = { ...DECLARATIONS, ...FAILURES, ...RUNS }

/** Returns the declarations of a promise, or why the host cannot have them. */
export function spellingOf(
  { spelled }: ConformingHost,
  { code }: HostPromise,
): { readonly code: string } | { readonly because: string } {
  return typeof code === 'string' ? { code } : spelled[code.spelled]
}

/** Returns the table of `docs/hosts.md`. */
export function supportTable(hosts: readonly ConformingHost[]): string {
  const cellOf = (host: ConformingHost, promise: HostPromise): string => {
    const spelling = spellingOf(host, promise)
    return 'code' in spelling ? 'yes' : `not available, because ${spelling.because}`
  }
  const row = (title: string, cells: readonly string[]): string => `| ${[title, ...cells].join(' | ')} |\n`
  const names = hosts.map(({ name }) => name)
  const rows = Object.values(PROMISES).map((promise) =>
    row(
      promise.promise,
      hosts.map((host) => cellOf(host, promise)),
    ),
  )
  return [
    row('load tests', names),
    row(
      '---',
      Array.from(names, () => '---'),
    ),
    ...rows,
  ].join('')
}
