import type { MetricRecorder } from '../../../measure/metric-recorder.ts'
import type { JourneyFunction } from '../../../model/journey.ts'
import type { ResolvedLane, ResolvedPlan } from '../../../plan/resolved-plan.ts'
import type { Protocol } from '../../../model/protocol.ts'
import type { AnyRequest } from '../../../model/requests.ts'
import type { LoadedFeed } from '../../../traffic/feeds/index.ts'
import { Browser } from '../../../traffic/journeys/browser.ts'
import { journeyMaker } from '../../../traffic/journeys/journey-maker.ts'
import type { JourneySteps } from '../../../traffic/journeys/journey-steps.ts'
import type { LaneRequest } from './lane-picker.ts'
import { stepTemplates } from './templates.ts'

export interface JourneyParts {
  readonly plan: ResolvedPlan
  readonly lane: ResolvedLane
  readonly protocol: Protocol<AnyRequest>
  readonly url: URL
  readonly feeds: Readonly<Record<string, LoadedFeed>>
  readonly journey: JourneyFunction
  readonly metrics: MetricRecorder
}

/** Returns a function from a journey's number to its steps. */
export function journeysOf(parts: JourneyParts): (number: number) => JourneySteps<LaneRequest> {
  const { plan, lane, protocol, url, feeds, journey, metrics } = parts
  const templates = stepTemplates(plan, feeds, protocol)
  const make = journeyMaker({
    journey,
    seed: plan.seed,
    thinks: plan.once === undefined,
    issuesOf: templates?.issuesOf ?? ((request, key) => protocol.issuesOf(request, key)),
    ...(isHttp(lane) && {
      userAgent: () => new Browser({ host: url.hostname, basePath: url.pathname, headers: plan.headers }),
    }),
  })
  // A journey of the warm-up may continue in the measured part, where its requests do not count either.
  const created = (number: number): JourneySteps<AnyRequest> => {
    const steps = make(number)
    return number >= 0 ? steps : { next: (answer) => metrics.ignoring(() => steps.next(answer)) }
  }
  if (templates === undefined) return created
  return (number) => {
    const steps = created(number)
    return {
      next(answer) {
        const step = steps.next(answer)
        return step && { ...step, payload: templates.render(step.payload, number) }
      },
    }
  }
}

/**
 * Whether a journey keeps its connection: over HTTP, a step may use any connection; in other protocols, the server may
 * identify the client by the connection.
 */
export function holdsConnection({ journey }: ResolvedPlan, lane: ResolvedLane): boolean {
  return journey !== undefined && !isHttp(lane)
}

export function isHttp({ protocol }: ResolvedLane): boolean {
  return protocol.from === 'shipped' && protocol.spec.kind === 'http'
}
