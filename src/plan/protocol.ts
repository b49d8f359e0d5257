import type { PlanIssue } from '../model/errors.ts'
import type { CustomProtocol } from '../model/custom-protocol.ts'
import type { ResolvedProtocol } from './resolved-plan.ts'
import { moduleHref } from './user-code.ts'
import { nearestName } from '../model/nearest-name.ts'
import { isRecord } from '../model/readers.ts'
import type { PlanVocabulary } from './vocabulary.ts'
import type { ProtocolSpec } from '../model/protocol.ts'

/** Returns whether a plan's `protocol` is a custom one: an object that connects, or the URL of a module. */
export function isCustom(protocol: unknown): boolean {
  return moduleHref(protocol) !== undefined || (isRecord(protocol) && typeof protocol['connect'] === 'function')
}

/** Returns the name of the built-in protocol that a plan names; undefined if it names none, or a custom one. */
export function namedProtocol(protocol: unknown): string | undefined {
  const kind = isRecord(protocol) ? protocol['kind'] : protocol
  return typeof kind === 'string' ? kind : undefined
}

/**
 * Resolves the protocol of a plan: a name, what a builder returned, a custom protocol, or the protocol of the target's
 * scheme. Returns undefined when it has an issue.
 */
export function resolveProtocol(
  value: unknown,
  key: string,
  ofTarget: string | undefined,
  vocabulary: PlanVocabulary,
  issues: PlanIssue[],
): ResolvedProtocol | undefined {
  const href = moduleHref(value)
  if (href !== undefined) return { from: 'module', href }
  if (isRecord(value) && typeof value['connect'] === 'function') return resolveCustom(value, key, issues)
  const spec = specOf(value ?? ofTarget ?? vocabulary.protocolNames[0], key, vocabulary, issues)
  if (spec !== undefined && ofTarget !== undefined && spec.kind !== ofTarget) {
    const schemes = vocabulary.schemesOf(spec.kind).join(' or ')
    const remedy = `leave \`${key}\` out, or write a target that starts with ${schemes}`
    const rule = `does not match the target, which uses '${ofTarget}'`
    issues.push({ key, value: spec.kind, rule, remedy })
  }
  return spec && { from: 'shipped', spec }
}

function resolveCustom(
  value: Readonly<Record<string, unknown>>,
  key: string,
  issues: PlanIssue[],
): ResolvedProtocol | undefined {
  if (typeof value['name'] === 'string' && value['name'] !== '') {
    return { from: 'object', protocol: value as unknown as CustomProtocol }
  }
  const remedy = "write name: 'mine'"
  issues.push({ key: `${key}.name`, value: value['name'], rule: 'must be a non-empty string', remedy })
  return undefined
}

function specOf(
  value: unknown,
  key: string,
  vocabulary: PlanVocabulary,
  issues: PlanIssue[],
): ProtocolSpec | undefined {
  const names = vocabulary.protocolNames
  const kind = isRecord(value) ? value['kind'] : value
  if (typeof kind === 'string' && names.includes(kind)) {
    const before = issues.length
    if (isRecord(value)) issues.push(...vocabulary.protocolIssues(value, key))
    return issues.length > before ? undefined : isRecord(value) ? { ...value, kind } : { kind }
  }
  const meant = typeof kind === 'string' ? nearestName(kind, names) : undefined
  const remedy =
    typeof value === 'function'
      ? `call it: ${value.name || 'tcp'}({ … })`
      : meant === undefined
        ? `expected one of: ${names.join(', ')}; or an object with \`name\` and \`connect\`, or the URL of its module`
        : `did you mean '${meant}'?`
  issues.push({ key, value, rule: 'is not a protocol', remedy })
  return undefined
}
