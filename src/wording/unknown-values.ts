import type { UnknownReason, UnknownValue } from '../model/unknown-value.ts'
import type { Ms } from '../model/units.ts'
import { formatDuration, formatRate } from './figures.ts'
import { trialReasonSentence } from './trial-reasons.ts'

/** Returns "held: unknown, because …", with a remedy if there is one. */
export function unknownSentence({ value, reason }: UnknownValue): string {
  return `${value}: unknown, because ${cause(reason)}`
}

function cause(reason: UnknownReason): string {
  switch (reason.code) {
    case 'too-short':
      return `a phase of ${formatDuration(reason.lengthMs)} is too short; use at least ${atLeast(reason.requiredMs)}`
    case 'not-shown': {
      const evidence =
        reason.trialReason === undefined ? `its verdict was ${reason.verdict}` : trialReasonSentence(reason.trialReason)
      const advice = reason.requiredMs === undefined ? '' : `; use at least ${atLeast(reason.requiredMs)}`
      return `no tested rate was shown to meet the service level; the lowest was ${formatRate(reason.rps)}: ${evidence}${advice}`
    }
    case 'no-response':
      return 'the target responded to no request'
    case 'no-connection':
      return 'an MCP server over pipes has no connection to close'
    case 'not-monitored':
      return `the target was not monitored (${reason.evidence})`
    case 'little-cpu':
      return 'the target used too little CPU time to measure it'
    case 'no-reconnect':
      return (
        `no request succeeded within ${formatDuration(reason.lengthMs)} after a connection was closed; if the target ` +
        `accepts new connections, use at least ${atLeast(reason.requiredMs)}`
      )
  }
}

function atLeast(ms: Ms): string {
  return `-d ${Math.ceil(ms / 1_000)}`
}
