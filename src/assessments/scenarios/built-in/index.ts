import { apiBaseline } from './api-baseline.ts'
import { burst } from './burst.ts'
import { mcpTools } from './mcp-tools.ts'
import { mixed } from './mixed.ts'
import { mobile } from './mobile.ts'
import { peakHours } from './peak-hours.ts'
import type { Scenario } from '../scenario.ts'
import { websocketStreaming } from './websocket-streaming.ts'

/** Every built-in scenario, one line each. */
export const scenarios: readonly Scenario[] = [
  apiBaseline,
  burst,
  mobile,
  peakHours,
  websocketStreaming,
  mcpTools,
  mixed,
]
