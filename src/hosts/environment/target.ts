import { LoadPlanError } from '../../model/errors.ts'
import { isCommand, isSocket, isStdio } from '../../model/target.ts'
import type { WrittenPlan } from '../../plan/load-plan.ts'
import { namedProtocol } from '../../plan/protocol.ts'
import { PROTOCOL_NAMES, protocolNameOf, type ProtocolName, targetFor } from '../../protocols/index.ts'
import { type Env, type NamedTarget, targetsByProtocol, targetVariable, type Values } from './variables.ts'

/**
 * Returns the target that the environment sets for a load test: that of its protocol, or else `LOAD_TARGET`. Returns
 * undefined if the environment sets none. Throws `LoadPlanError` if `LOAD_TARGET` is of another protocol, because the
 * load would then go to a target that its author did not expect, or would send the wrong requests.
 */
export function environmentTarget(plan: WrittenPlan, values: Values): NamedTarget | undefined {
  const { LOAD_TARGET: general } = values
  const specific = targetsByProtocol(values)
  const protocol = protocolOfPlan(plan)
  if (protocol === undefined) return general ?? specific.http
  if (specific[protocol] !== undefined || general === undefined) return specific[protocol]
  const target = typeof general === 'string' ? targetFor(general, protocol) : general
  const ofTarget = typeof target === 'string' ? protocolNameOf(new URL(target)) : 'mcp'
  if (ofTarget === protocol) return target
  const key = 'LOAD_TARGET'
  const rule = `must be a target of '${protocol}', which this load test uses`
  throw new LoadPlanError([{ key, value: general, rule, remedy: `set ${targetVariable(protocol)} as well` }])
}

/** Returns whether the environment sets a target. */
export function setsTarget(env: Env): boolean {
  return (['LOAD_TARGET', ...PROTOCOL_NAMES.map(targetVariable)] as const).some((name) => (env[name] ?? '') !== '')
}

/** Returns the protocol that a plan names or that its target has; undefined if neither shows it. */
function protocolOfPlan({ protocol, target }: WrittenPlan): ProtocolName | undefined {
  const named = namedProtocol(protocol)
  if (named !== undefined) return PROTOCOL_NAMES.find((name) => name === named)
  // A custom protocol.
  if (protocol !== undefined || target === undefined || typeof target === 'function') return undefined
  if (isStdio(target)) return 'mcp'
  const url = isCommand(target) || isSocket(target) ? target.url.replaceAll('{port}', '1') : String(target)
  const parsed = URL.parse(targetFor(url, undefined))
  return parsed === null ? undefined : protocolNameOf(parsed)
}
