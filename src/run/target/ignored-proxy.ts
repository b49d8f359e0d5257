import { env } from 'node:process'

/** Variables that other programs read, in this order; each also exists in lower case. */
const VARIABLES = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'] as const

/**
 * Returns the variable that names a proxy which other programs would use for this host; undefined if there is none.
 * describe-load connects directly, because a proxy would be part of what is measured.
 */
export function ignoredProxy({ hostname }: URL): string | undefined {
  const excluded = (env['NO_PROXY'] ?? env['no_proxy'] ?? '')
    .split(',')
    .map((entry) => entry.trim().replace(/^\*?\./, ''))
  const isExcluded = excluded.some(
    (entry) => entry === '*' || (entry !== '' && (hostname === entry || hostname.endsWith(`.${entry}`))),
  )
  if (isExcluded) return undefined
  return VARIABLES.flatMap((name) => [name, name.toLowerCase()]).find((name) => (env[name] ?? '') !== '')
}
