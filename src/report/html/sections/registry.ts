import { capacity } from './capacity.ts'
import { comparison } from './comparison.ts'
import { downloads } from './downloads.ts'
import { environment } from './environment.ts'
import { errors } from './errors.ts'
import { limits } from './limits.ts'
import { mcpStress } from './mcp-stress.ts'
import { protocols } from './protocols.ts'
import { results } from './results.ts'
import { scenarios } from './scenarios.ts'
import type { Section } from './section.ts'
import { slowestRequests } from './slowest-requests.ts'
import { trends } from './trends.ts'
import { unit } from './unit.ts'
import { unlisted } from './unlisted.ts'
import { verdicts } from './verdicts.ts'

/** The parts of the page about a run, in its order. One line registers a part. */
export const sections: readonly Section[] = [
  verdicts,
  comparison,
  limits,
  protocols,
  capacity,
  mcpStress,
  scenarios,
  unit,
  results,
  trends,
  errors,
  slowestRequests,
  unlisted,
  environment,
  downloads,
]
