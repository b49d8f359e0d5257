import type { ErrorClass } from '../../model/error-class.ts'
import type { JudgedFigures } from '../../model/figures.ts'
import { sum } from '../../model/sum.ts'

/** Error classes that a late or starved generator, or its burst of overdue requests, can cause. */
const POSSIBLY_OURS = [
  'timeout',
  'connection',
  'cancelled',
  'local-ports',
  'local-files',
] as const satisfies readonly ErrorClass[]

/** Statuses with which a target rejects requests that arrive too fast. */
const REJECTS_BURSTS = ['429', '503'] as const

/**
 * Whether most requests failed for reasons that a late generator does not explain, such as HTTP 500 or a refused
 * connection. Lateness changes when requests arrive, not how a target responds to most of them.
 */
export function mostlyFailsByItself({ requestsScheduled, errors, errorsByClass, statuses }: JudgedFigures): boolean {
  const possiblyOurs =
    sum(POSSIBLY_OURS.map((name) => errorsByClass[name]?.count ?? 0)) +
    sum(REJECTS_BURSTS.map((status) => statuses[status] ?? 0))
  return errors - possiblyOurs > requestsScheduled / 2
}

/** Number of requests without a known outcome, because they were in flight or unsent when the run was stopped. */
export function stoppedRequests({ errorsByClass, droppedByReason }: JudgedFigures): number {
  return (errorsByClass.cancelled?.count ?? 0) + (droppedByReason.stopped ?? 0)
}

/** Whether waiting explains most requests without a response: they timed out, or the engine dropped them unsent. */
export function mostlyWaited({ timeouts, dropped, unanswered }: JudgedFigures): boolean {
  return timeouts + dropped > unanswered / 2
}
