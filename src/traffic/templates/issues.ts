import type { PlanIssue } from '../../model/errors.ts'
import { nearestName } from '../../model/nearest-name.ts'
import { TEMPLATE_WORDS } from '../../model/feed.ts'
import { withRemedy } from '../../model/readers.ts'
import { type Expression, expressionOf, hasLooseBraces, piecesOf } from './expression.ts'

/** The names that templates of a plan can reference. */
export interface KnownNames {
  /** The fields of each feed; undefined for a file that has not been read yet. */
  readonly feeds: Readonly<Record<string, readonly string[] | undefined>>
  /** True if the plan has a `setup`. */
  readonly setup: boolean
}

const BRACES_REMEDY = 'write {{{{ to send two literal braces'

/**
 * Returns every issue of the templates in a request as the user wrote it; `key` is its path in the plan. The issues
 * show only the templates, because the surrounding text may contain secrets.
 */
export function templateIssues(request: unknown, key: string, known: KnownNames): readonly PlanIssue[] {
  const issues: PlanIssue[] = []
  look(request, key, known, issues)
  if (typeof request === 'object' && request !== null && 'name' in request && holdsTemplate(request.name)) {
    const rule = 'cannot have templates: results are grouped by name'
    issues.push({ key: `${key}.name`, value: request.name, rule })
  }
  return issues
}

function look(value: unknown, key: string, known: KnownNames, issues: PlanIssue[]): void {
  if (typeof value === 'string') lookAtText(value, key, known, issues)
  else if (Array.isArray(value)) value.forEach((item, index) => look(item, `${key}[${index}]`, known, issues))
  else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
    for (const [name, held] of Object.entries(value)) {
      if (holdsTemplate(name)) {
        issues.push({ key, value: name, rule: 'cannot have templates in its keys, only in its values' })
      }
      look(held, `${key}.${name}`, known, issues)
    }
  }
}

function holdsTemplate(value: unknown): boolean {
  return typeof value === 'string' && (piecesOf(value)?.holes.length ?? 0) > 0
}

function lookAtText(text: string, key: string, known: KnownNames, issues: PlanIssue[]): void {
  if (hasLooseBraces(text)) {
    issues.push({ key, value: '{{', rule: 'must close every {{ with }}', remedy: BRACES_REMEDY })
  }
  for (const hole of piecesOf(text)?.holes ?? []) {
    const wrong = mistakeIn(hole, known)
    if (wrong !== undefined) issues.push({ key, value: `{{${hole}}}`, ...wrong })
  }
}

type Mistake = Pick<PlanIssue, 'rule' | 'remedy'>

function mistakeIn(hole: string, known: KnownNames): Mistake | undefined {
  const expression = expressionOf(hole)
  if (expression === undefined) return misspelt(hole.trim())
  if (expression.kind === 'setup' && !known.setup) {
    return {
      rule: 'needs a setup, and the plan has none',
      remedy: 'add setup: async ({ send }) => …, or the URL of a module',
    }
  }
  return expression.kind === 'feed' ? feedMistake(expression, known) : undefined
}

function misspelt(written: string): Mistake {
  if (/^random\b/.test(written)) {
    const remedy = 'available: {{random.uuid}} and {{random.int(1, 100)}}, the lower bound first'
    return { rule: 'is not a valid template', remedy }
  }
  if (/^sequence\b/.test(written)) return { rule: 'is not a valid template', remedy: 'write {{sequence}}' }
  return { rule: 'is not a valid template', remedy: `write {{feed.field}}; ${BRACES_REMEDY}` }
}

function feedMistake(
  { feed, field }: Extract<Expression, { kind: 'feed' }>,
  { feeds }: KnownNames,
): Mistake | undefined {
  const dotted = field === '' ? '' : `.${field}`
  if (!Object.hasOwn(feeds, feed)) {
    const names = Object.keys(feeds)
    const meant = nearestName(feed, [...names, ...TEMPLATE_WORDS])
    if (meant !== undefined)
      return { rule: 'references an unknown feed', remedy: `did you mean {{${meant}${dotted}}}?` }
    const remedy =
      names.length === 0
        ? `add feeds: { ${feed}: { file: … } }; ${BRACES_REMEDY}`
        : `available feeds: ${names.join(', ')}; ${BRACES_REMEDY}`
    return { rule: 'references an unknown feed', remedy }
  }
  const fields = feeds[feed]
  const [first = ''] = field.split('.')
  if (field === '' || fields === undefined || fields.includes(first) || fields.includes(field)) return undefined
  const meant = nearestName(first, fields)
  const inner = field.slice(first.length)
  const remedy =
    meant === undefined ? `available fields: ${fields.join(', ')}` : `did you mean {{${feed}.${meant}${inner}}}?`
  return { rule: `references an unknown field of the feed '${feed}'`, ...withRemedy(remedy) }
}
