// One line registers the checks of a part. The suite runs them in this order.
import type { CheckGroup } from '../check.ts'
import { connections } from './connections.ts'
import { errors } from './errors.ts'
import { messages } from './messages.ts'
import { metrics } from './metrics.ts'
import { patterns } from './patterns.ts'
import { protocols } from './protocols.ts'
import { tracing } from './tracing.ts'

export const groups: readonly CheckGroup[] = [patterns, messages, connections, protocols, metrics, errors, tracing]
