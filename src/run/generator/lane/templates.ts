import { LoadPlanError, type PlanIssue } from '../../../model/errors.ts'
import type { ResolvedPlan } from '../../../plan/resolved-plan.ts'
import type { Protocol } from '../../../model/protocol.ts'
import type { AnyRequest, RequestLabel } from '../../../model/requests.ts'
import { feedPickers, fieldsOf, type LoadedFeed } from '../../../traffic/feeds/index.ts'
import {
  compileTemplate,
  type KnownNames,
  sampleOf,
  type Template,
  templateIssues,
} from '../../../traffic/templates/index.ts'
import type { RequestPicker } from '../../../traffic/workloads/picker.ts'

/**
 * A request that is incomplete until the setup of its connection has returned. The engine treats it like any other
 * request; the connection renders it.
 */
export class AwaitingSetup implements RequestLabel {
  readonly name: string
  /** The request as the plan has it, with its templates. */
  readonly written: AnyRequest
  readonly #render: (setup: unknown) => AnyRequest
  #rendered: AnyRequest | undefined

  constructor(written: AnyRequest, render: (setup: unknown) => AnyRequest) {
    this.name = written.name ?? ''
    this.written = written
    this.#render = render
  }

  /** The complete request, as it was rendered last. */
  get rendered(): AnyRequest | undefined {
    return this.#rendered
  }

  render(setup: unknown): AnyRequest {
    this.#rendered = this.#render(setup)
    return this.#rendered
  }
}

type Feeds = Readonly<Record<string, LoadedFeed>>

/** Templates in the steps of journeys. Each step is a separate request that is not known in advance. */
export interface StepTemplates {
  issuesOf(request: unknown, key: string): readonly PlanIssue[]
  render(request: AnyRequest, position: number): AnyRequest | AwaitingSetup
}

/**
 * Whether the plan has values that the user's code cannot fill in itself. If it has none, braces in requests from that
 * code are not templates.
 */
export function fillsIn({ setup }: ResolvedPlan, feeds: Feeds): boolean {
  return setup !== undefined || Object.keys(feeds).length > 0
}

/** Returns everything wrong with a request from the user's code, including its templates. */
export function templatedIssues(
  request: unknown,
  key: string,
  plan: ResolvedPlan,
  feeds: Feeds,
  protocol: Protocol<AnyRequest>,
): readonly PlanIssue[] {
  const issues = protocol.issuesOf(sampleOf(request), key)
  // Only a valid request has a form as data.
  const templated = issues.length > 0 ? request : dataOf(request as AnyRequest, protocol)
  return [...issues, ...templateIssues(templated, key, knownNames(plan, feeds))]
}

/** Returns a request with its forms as plain data, because templates are compiled in plain data only. */
function dataOf(request: AnyRequest, protocol: Protocol<AnyRequest>): AnyRequest {
  return protocol.asData?.(request) ?? request
}

/**
 * Returns undefined if the plan has nothing to fill in: a journey makes its values itself, and braces in an answer that
 * it sends on are not templates.
 */
export function stepTemplates(
  plan: ResolvedPlan,
  feeds: Feeds,
  protocol: Protocol<AnyRequest>,
): StepTemplates | undefined {
  if (!fillsIn(plan, feeds)) return undefined
  const sources = { feeds: feedPickers(feeds, plan.seed), seed: plan.seed, headers: plan.headers }
  return {
    issuesOf: (request, key) => templatedIssues(request, key, plan, feeds, protocol),
    render: (request, position) => rendered(request, compileTemplate(dataOf(request, protocol), sources), position),
  }
}

/** Returns the requests with their templates filled in; requests that refer to the setup wait for its result. */
export function templatedPicker(
  requests: RequestPicker<AnyRequest>,
  plan: ResolvedPlan,
  feeds: Feeds,
): RequestPicker<AnyRequest | AwaitingSetup> {
  const sources = { feeds: feedPickers(feeds, plan.seed), seed: plan.seed, headers: plan.headers }
  const compiled = new WeakMap<AnyRequest, { readonly template: Template<AnyRequest> | undefined }>()

  function templateOf(request: AnyRequest): Template<AnyRequest> | undefined {
    let known = compiled.get(request)
    if (known === undefined) compiled.set(request, (known = { template: compileTemplate(request, sources) }))
    return known.template
  }

  return {
    pick(position) {
      const request = requests.pick(position)
      if (request === 'later') return request
      return rendered(request, templateOf(request), position)
    },
  }
}

function rendered(
  request: AnyRequest,
  template: Template<AnyRequest> | undefined,
  position: number,
): AnyRequest | AwaitingSetup {
  if (template === undefined) return request
  if (!template.needsSetup) return template.render(position)
  return new AwaitingSetup(request, (setup) => template.render(position, setup))
}

function knownNames(plan: ResolvedPlan, feeds: Feeds): KnownNames {
  return {
    feeds: Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, fieldsOf(feed)])),
    setup: plan.setup !== undefined,
  }
}

/**
 * Throws `LoadPlanError` if a template refers to a field that its feed does not have. The feeds have been read by now.
 */
export function checkTemplates(plan: ResolvedPlan, feeds: Feeds): void {
  const known = knownNames(plan, feeds)
  const issues: PlanIssue[] = plan.lanes.flatMap(({ name, request }) => {
    const key = name === '' ? 'request' : `workload (${name})`
    if (request === undefined || typeof request === 'function') return []
    return ([request].flat() as readonly AnyRequest[]).flatMap((each) => templateIssues(each, key, known))
  })
  if (issues.length > 0) throw new LoadPlanError(issues)
}
