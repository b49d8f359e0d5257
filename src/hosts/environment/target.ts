import { LoadPlanError } from '../../model/errors.ts'
import { isCommand, isSocket, isStdio } from '../../model/target.ts'
import type { WrittenPlan } from '../../plan/load-plan.ts'
import { namedProtocol } from '../../plan/protocol.ts'
import { PROTOCOL_NAMES, protocolNameOf, type ProtocolName, targetFor } from '../../protocols/index.ts'
import { fittingProtocols, requestsOf } from '../../run/target/fitting-protocols.ts'
import { type Env, type NamedTarget, targetsByProtocol, targetVariable, type Values } from './variables.ts'

/**
 * Returns the target that the environment sets for a load test: that of its protocol, or else `LOAD_TARGET`. Returns
 * undefined if the environment sets none. Throws `LoadPlanError` if `LOAD_TARGET` is of another protocol, because the
 * load would then go to a target that its author did not expect, or would send the wrong requests.
 */
export function environmentTarget(plan: WrittenPlan, values: Values): NamedTarget | undefined {
  const { LOAD_TARGET: general } = values
  const specific = targetsByProtocol(values)
  const fitting = protocolsOfPlan(plan)
  const [protocol] = fitting
  if (protocol === undefined) return general ?? specific.http
  if (fitting.length > 1) return targetOfSome(fitting, values)
  if (specific[protocol] !== undefined || general === undefined) return specific[protocol]
  const target = typeof general === 'string' ? targetFor(general, protocol) : general
  const ofTarget = typeof target === 'string' ? protocolNameOf(new URL(target)) : 'mcp'
  if (ofTarget === protocol) return target
  throw otherProtocol(general, [protocol])
}

/** Returns the target for requests that several protocols accept. */
function targetOfSome(fitting: readonly ProtocolName[], values: Values): NamedTarget | undefined {
  const { LOAD_TARGET: general } = values
  const specific = targetsByProtocol(values)
  const [named] = fitting.flatMap((name) => specific[name] ?? [])
  if (general === undefined) return named
  const ofTarget = typeof general === 'string' ? protocolNameOf(new URL(general)) : 'mcp'
  if (ofTarget === undefined || fitting.includes(ofTarget)) return general
  if (named === undefined) throw otherProtocol(general, fitting)
  return named
}

function otherProtocol(given: NamedTarget, protocols: readonly ProtocolName[]): LoadPlanError {
  const key = 'LOAD_TARGET'
  const rule = `must be a target of ${protocols.map((name) => `'${name}'`).join(' or ')}, which this load test uses`
  const remedy = `set ${protocols.map(targetVariable).join(' or ')} as well`
  return new LoadPlanError([{ key, value: given, rule, remedy }])
}

/** Returns whether the environment sets a target. */
export function setsTarget(env: Env): boolean {
  return (['LOAD_TARGET', ...PROTOCOL_NAMES.map(targetVariable)] as const).some((name) => (env[name] ?? '') !== '')
}

/**
 * Returns the protocol that a plan names or that its target has. If neither shows it, returns the protocols that accept
 * its requests; none for a custom protocol, and where the plan has no target and no requests.
 */
function protocolsOfPlan(plan: WrittenPlan): readonly ProtocolName[] {
  const { protocol, target } = plan
  const named = namedProtocol(protocol)
  if (named !== undefined) return PROTOCOL_NAMES.filter((name) => name === named)
  if (protocol !== undefined) return []
  if (target === undefined || typeof target === 'function')
    return requestsOf(plan).length === 0 ? [] : fittingProtocols(plan)
  if (isStdio(target)) return ['mcp']
  const url = isCommand(target) || isSocket(target) ? target.url.replaceAll('{port}', '1') : String(target)
  const parsed = URL.parse(targetFor(url, undefined))
  return parsed === null ? [] : [protocolNameOf(parsed) ?? []].flat()
}
