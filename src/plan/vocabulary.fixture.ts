import { withScheme } from '../model/target.ts'
import type { PlanVocabulary } from './vocabulary.ts'

/** A vocabulary with one protocol, whose requests are objects. */
export const vocabulary: PlanVocabulary = {
  protocolNames: ['http'],
  schemes: ['http:', 'https:'],
  protocolOf: (url) => (/^https?:$/.test(url.protocol) ? 'http' : undefined),
  schemesOf: () => ['http:', 'https:'],
  targetFor: (target) => withScheme(target, 'http:'),
  portOf: (url) => Number(url.port) || 80,
  protocolIssues: () => [],
  requestData: (_, request) => request,
  requestIssues: (_, request, key) =>
    typeof request === 'object' ? [] : [{ key, value: request, rule: 'must be an object' }],
  formatIssues: () => [],
  sizeIssues: () => [],
  templateIssues: () => [],
}
