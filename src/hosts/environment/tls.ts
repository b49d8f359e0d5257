import { readFileSync } from 'node:fs'
import type { PlanIssue } from '../../model/errors.ts'
import type { TlsOptions } from '../../model/target.ts'
import { messageOf } from '../../model/thrown.ts'
import type { Values } from './variables.ts'

/** Returns the TLS options that the environment sets; undefined if it sets none. */
export function environmentTls(
  { LOAD_TLS_CA: path, LOAD_TLS_INSECURE: insecure }: Values,
  issues: PlanIssue[],
): TlsOptions | undefined {
  const tls: TlsOptions = {
    ...(path !== undefined && certificates(path, issues)),
    ...(insecure === true && { rejectUnauthorized: false }),
  }
  return Object.keys(tls).length > 0 ? tls : undefined
}

function certificates(path: string, issues: PlanIssue[]): Pick<TlsOptions, 'ca'> {
  try {
    return { ca: readFileSync(path, 'utf8') }
  } catch (error) {
    issues.push({ key: 'LOAD_TLS_CA', value: path, rule: `must be a file that can be read (${messageOf(error)})` })
    return {}
  }
}
