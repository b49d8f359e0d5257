import type { MetricRecorder } from '../../../measure/metric-recorder.ts'
import { LoadUserCodeError } from '../../../model/errors.ts'
import type { JourneyFunction } from '../../../model/journey.ts'
import type { ResolvedLane, ResolvedPlan } from '../../../plan/resolved-plan.ts'
import type { Protocol } from '../../../model/protocol.ts'
import type { AnyRequest } from '../../../model/requests.ts'
import type { Ms } from '../../../model/units.ts'
import type { Clock } from '../../../traffic/clock.ts'
import type { LoadedFeed } from '../../../traffic/feeds/index.ts'
import { Browser } from '../../../traffic/journeys/browser.ts'
import { journeyMaker } from '../../../traffic/journeys/journey-maker.ts'
import type { JourneySteps } from '../../../traffic/journeys/journey-steps.ts'
import { formatDuration } from '../../../wording/figures.ts'
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
  readonly clock: Pick<Clock, 'now'>
  readonly lastArrivalMs: Ms
}

/** No step starts later than this after the last arrival; if the plan lasts longer than this, than it lasts. */
const MAX_AFTER_MS: Ms = 600_000

/** Returns a function from a journey's number to its steps. */
export function journeysOf(parts: JourneyParts): (number: number) => JourneySteps<LaneRequest> {
  const { plan, lane, protocol, url, feeds, journey, metrics, clock, lastArrivalMs } = parts
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
  const maxAfterMs = Math.max(MAX_AFTER_MS, plan.durationMs)
  const created = (number: number): JourneySteps<AnyRequest> => {
    const steps = endingSteps(make(number), number, { clock, lastArrivalMs, maxAfterMs })
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

/** Ends a journey that does not end by itself, because the run would not end either: its next step fails. */
function endingSteps(
  steps: JourneySteps<AnyRequest>,
  number: number,
  { clock, lastArrivalMs, maxAfterMs }: Pick<JourneyParts, 'clock' | 'lastArrivalMs'> & { readonly maxAfterMs: Ms },
): JourneySteps<AnyRequest> {
  return {
    next(answer) {
      const step = steps.next(answer)
      if (step === undefined || clock.now() + step.thinkMs <= lastArrivalMs + maxAfterMs) return step
      const limit = formatDuration(maxAfterMs)
      throw new LoadUserCodeError(
        'ERR_LOAD_JOURNEY',
        `journey ${number} would start step "${step.operation}" more than ${limit} after the end of the schedule` +
          '\n    → end the journey earlier, or give the plan a longer duration',
      )
    },
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
