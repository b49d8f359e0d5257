import { LoadPlanError, type PlanFault } from '../model/errors.ts'
import type { ResolvedPlan } from '../model/plan.ts'
import type { Protocol } from '../model/protocol.ts'
import type { AnyRequest, RequestLabel } from '../model/requests.ts'
import { feedPickers, fieldsOf, type LoadedFeed } from '../traffic/feeds/index.ts'
import {
  compileTemplate,
  type KnownNames,
  sampleOf,
  type Template,
  templateFaults,
} from '../traffic/templates/index.ts'
import type { RequestPicker } from '../traffic/workloads/picker.ts'

/**
 * A request that is whole only once it is known what the setup of its connection returned. It goes through the engine
 * like any other; the connection renders it.
 */
export class AwaitingSetup implements RequestLabel {
  readonly name: string
  readonly render: (setup: unknown) => AnyRequest

  constructor(name: string, render: (setup: unknown) => AnyRequest) {
    this.name = name
    this.render = render
  }
}

type Feeds = Readonly<Record<string, LoadedFeed>>

/** Templates in the steps of journeys: each step is a request of its own, which is not known before. */
export interface StepTemplates {
  faultsOf(request: unknown, key: string): readonly PlanFault[]
  render(request: AnyRequest, position: number): AnyRequest | AwaitingSetup
}

/**
 * Whether there is anything that code of the user's could not fill in itself. Where there is not, braces in what it makes
 * are no template.
 */
export function fillsIn({ setup }: ResolvedPlan, feeds: Feeds): boolean {
  return setup !== undefined || Object.keys(feeds).length > 0
}

/** Everything wrong with a request that the user's code has made, its templates included. */
export function templatedFaults(
  request: unknown,
  key: string,
  plan: ResolvedPlan,
  feeds: Feeds,
  protocol: Protocol<AnyRequest>,
): readonly PlanFault[] {
  const known = knownNames(plan, feeds)
  return [...protocol.faultsOf(sampleOf(request), key), ...templateFaults(request, key, known)]
}

/**
 * Undefined where the plan has nothing to fill in: a journey makes its own values, and braces in an answer that it sends
 * on are no template.
 */
export function stepTemplates(
  plan: ResolvedPlan,
  feeds: Feeds,
  protocol: Protocol<AnyRequest>,
): StepTemplates | undefined {
  if (!fillsIn(plan, feeds)) return undefined
  const sources = { feeds: feedPickers(feeds, plan.seed), seed: plan.seed, headers: plan.headers }
  return {
    faultsOf: (request, key) => templatedFaults(request, key, plan, feeds, protocol),
    render: (request, position) => rendered(request, compileTemplate(request, sources), position),
  }
}

/** Requests with their templates filled in; those that name the setup wait for it. */
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
  return new AwaitingSetup(request.name ?? '', (setup) => template.render(position, setup))
}

function knownNames(plan: ResolvedPlan, feeds: Feeds): KnownNames {
  return {
    feeds: Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, fieldsOf(feed)])),
    setup: plan.setup !== undefined,
  }
}

/** Throws `LoadPlanError` when a template names a field that its feed does not have, now that the feeds are read. */
export function holdTemplates(plan: ResolvedPlan, feeds: Feeds): void {
  const known = knownNames(plan, feeds)
  const faults: PlanFault[] = plan.lanes.flatMap(({ name, request }) => {
    const key = name === '' ? 'request' : `workload (${name})`
    if (request === undefined || typeof request === 'function') return []
    return ([request].flat() as readonly AnyRequest[]).flatMap((each) => templateFaults(each, key, known))
  })
  if (faults.length > 0) throw new LoadPlanError(faults)
}
