import { downloads } from './downloads.ts'
import { environment } from './environment.ts'
import { errors } from './errors.ts'
import { results } from './results.ts'
import type { Section } from './section.ts'
import { slowestRequests } from './slowest-requests.ts'
import { verdicts } from './verdicts.ts'

/** The parts of the page about a run, in its order. One line registers a part. */
export const sections: readonly Section[] = [verdicts, results, errors, slowestRequests, environment, downloads]
